import { findEntry, sortNewestFirst } from '../domain/placement/placement-index.ts';
import { type DifyAccount, parseDifyAccount, toDifyName } from '../domain/sign-in/dify-account.ts';
import type { Context } from './context.ts';
import { type ListedCredential, listCredentials } from './credentials/list-credentials.ts';

/** A sign-in that is kept. */
export interface DifyEntry extends DifyAccount, ListedCredential {
  /** ISO 8601, UTC; absent where nothing is remembered of it. */
  readonly writtenAt?: string;
}

/** Every sign-in that is kept, the one written last first: that is the one in use. */
export async function difyEntries(context: Context, host?: string): Promise<readonly DifyEntry[]> {
  const { platform } = context.host;
  const { placement } = await context.placement.read();
  const service = platform === 'win32' ? undefined : toDifyName({ host: '', subject: '' }, platform).service;
  const entries = (await listCredentials(context, service)).flatMap((listed): DifyEntry[] => {
    const account = parseDifyAccount(listed, platform);
    const writtenAt = findEntry(placement, listed)?.writtenAt;
    return account ? [{ ...listed, ...account, ...(writtenAt && { writtenAt }) }] : [];
  });
  return sortNewestFirst(entries.filter((entry) => host === undefined || entry.host === host));
}
