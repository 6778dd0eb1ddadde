import { type PlacementEntry, type PlacementIndex, sortNewestFirst } from '../domain/placement/placement-index.ts';
import { parseDifyAccount } from '../domain/sign-in/dify-account.ts';
import type { Session } from '../domain/sign-in/session.ts';
import type { Context } from './context.ts';
import { readSession } from './read-session.ts';

/** The sign-in in use. Where it is kept as it is remembered, nothing else is listed or asked for. */
export async function difySession(context: Context, host?: string): Promise<Session | undefined> {
  return (await rememberedSession(context, host)) ?? (await listedSession(context, host));
}

async function rememberedSession(context: Context, host: string | undefined): Promise<Session | undefined> {
  const { placement } = await context.placement.read();
  const latest = latestSignIn(placement, context.host.platform, host);
  return latest && readSession(context, latest);
}

/** Of all sign-ins that are remembered, or those at one host, the one written last. */
export function latestSignIn(placement: PlacementIndex, platform: string, host?: string): PlacementEntry | undefined {
  return sortNewestFirst(placement).find((placed) => {
    const account = parseDifyAccount(placed, platform);
    return account !== undefined && (host === undefined || account.host === host);
  });
}

async function listedSession(context: Context, host: string | undefined): Promise<Session | undefined> {
  const { difyEntries } = await import('./dify-entries.ts');
  const [entry] = await difyEntries(context, host);
  return entry && readSession(context, entry);
}
