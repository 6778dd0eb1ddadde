import { difyAccountOf } from '../domain/dify-account.ts';
import { newestFirst, type Placed, type Placement } from '../domain/placement.ts';
import type { Session } from '../domain/session.ts';
import type { Context } from './context.ts';
import { readSession } from './read-session.ts';

/** The sign-in in use. Where it is kept as it is remembered, nothing else is listed or asked for. */
export async function difySession(context: Context, host?: string): Promise<Session | undefined> {
  return (await rememberedSession(context, host)) ?? (await listedSession(context, host));
}

async function rememberedSession(context: Context, host: string | undefined): Promise<Session | undefined> {
  const { placement } = await context.placement.read();
  const latest = latestSignIn(placement, context.where.platform, host);
  return latest && readSession(context, latest);
}

/** Of all sign-ins that are remembered, or those at one host, the one written last. */
export function latestSignIn(placement: Placement, platform: string, host?: string): Placed | undefined {
  return newestFirst(placement).find((placed) => {
    const account = difyAccountOf(placed, platform);
    return account !== undefined && (host === undefined || account.host === host);
  });
}

async function listedSession(context: Context, host: string | undefined): Promise<Session | undefined> {
  const { difyEntries } = await import('./dify-entries.ts');
  const [entry] = await difyEntries(context, host);
  return entry && readSession(context, entry);
}
