import type { CredentialName } from '../../domain/credential-name.ts';
import type { Expiring } from '../../domain/placement/expiry.ts';
import type { Secret } from '../../domain/secret.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, changedMeanwhileError } from '../context.ts';
import { getSearchOrder, openEnabledStore } from './enabled-stores.ts';
import { getCredential, readEntry } from './get-credential.ts';

/** A secret, the store that has it, and its recorded entry. */
export interface LocatedCredential extends Expiring {
  readonly secret: Secret;
  readonly store: StoreId;
  /** When it was stored, in the format of `Date.prototype.toISOString`. Absent if that isn't recorded. */
  readonly writtenAt?: string;
}

/** How often another process may move the credential while it's looked for. */
const maxAttempts = 3;

/** Reads a secret as {@link getCredential} does, and finds out which store has it. Keeps changing → `file-busy`. */
export async function findCredential(
  context: Context,
  name: CredentialName,
  attempt = 1,
): Promise<LocatedCredential | undefined> {
  const secret = await getCredential(context, name);
  if (secret === undefined) return undefined;
  const entry = await readEntry(context.placement, name);
  const order = new Set([...(entry ? [entry.store] : []), ...getSearchOrder(context)]);
  for (const id of order) {
    if (!(await hasSecret(context, name, id, secret))) continue;
    if (entry?.store !== id) return { secret, store: id };
    const { writtenAt, expiresAt } = entry;
    return { secret, store: id, writtenAt, ...(expiresAt !== undefined && { expiresAt }) };
  }
  if (attempt === maxAttempts) throw changedMeanwhileError(name);
  return findCredential(context, name, attempt + 1);
}

async function hasSecret(context: Context, name: CredentialName, id: StoreId, secret: Secret): Promise<boolean> {
  try {
    const store = await openEnabledStore(context, id);
    return (await store.get(name, { signal: context.signal }))?.equals(secret) ?? false;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return false;
  }
}
