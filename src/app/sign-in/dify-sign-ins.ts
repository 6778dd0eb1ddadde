import { findEntry, sortNewestFirst } from '../../domain/placement/placement-index.ts';
import { type DifyAccount, findLatestDifyEntry, parseDifyAccount, toDifyName } from '../../domain/sign-in/dify.ts';
import type { Session } from '../../domain/sign-in/session.ts';
import type { Context } from '../context.ts';
import { type ListedCredential, listCredentials } from '../credentials/list-credentials.ts';
import { readSession } from './session.ts';

/** A stored sign-in. */
export interface DifySignIn extends DifyAccount, ListedCredential {
  /** ISO 8601, UTC. Absent if the placement file doesn't have it. */
  readonly writtenAt?: string;
}

/** Returns all stored sign-ins, or those at one host, the latest first. The latest is the one in use. */
export async function listDifySignIns(context: Context, host?: string): Promise<readonly DifySignIn[]> {
  const { platform } = context.host;
  const { placement } = await context.placement.read();
  const service = platform === 'win32' ? undefined : toDifyName({ host: '', subject: '' }, platform).service;
  const signIns = (await listCredentials(context, service)).flatMap((listed): DifySignIn[] => {
    const account = parseDifyAccount(listed, platform);
    const writtenAt = findEntry(placement, listed)?.writtenAt;
    return account ? [{ ...listed, ...account, ...(writtenAt && { writtenAt }) }] : [];
  });
  return sortNewestFirst(signIns.filter((signIn) => host === undefined || signIn.host === host));
}

/** Reads the sign-in in use, of all or at one host. Lists the stores only if the placement file doesn't lead to it. */
export async function readDifySession(context: Context, host?: string): Promise<Session | undefined> {
  const { placement } = await context.placement.read();
  const entry = findLatestDifyEntry(placement, context.host.platform, host);
  const session = entry && (await readSession(context, entry));
  if (session) return session;
  const [signIn] = await listDifySignIns(context, host);
  return signIn && readSession(context, signIn);
}
