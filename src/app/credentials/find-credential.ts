import { type CredentialName, isSameName } from '../../domain/credential-name.ts';
import type { Expiring } from '../../domain/placement/expiry.ts';
import { sortNewestFirst } from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, changedMeanwhileError } from '../context.ts';
import { checkPolicy, checkRequiredKeyring, getSearchOrder, openEnabledStore } from './enabled-stores.ts';
import { getCredential, readEntry } from './get-credential.ts';

/** A secret, the store that has it, and its recorded entry. */
interface LocatedCredential extends Expiring {
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

interface FoundCredential {
  readonly name: CredentialName;
  readonly secret: Secret;
}

/**
 * Yields every credential of a service: first the recorded ones, newest first, then those that the stores have besides.
 * Each secret is read when it's asked for, so a caller that stops after the first one reads only that one.
 *
 * - the recorded store of a credential is unavailable → rejects, naming it
 * - another store is unavailable → rejects with that store's error, after everything else was yielded
 * - nothing was found, the user requires a keyring, and none is usable → `keyring-required`
 */
export async function* findCredentials(context: Context, service: string): AsyncGenerator<FoundCredential, void, void> {
  await checkPolicy(context);
  const { placement } = await context.placement.read();
  const seen: CredentialName[] = [];
  let isFound = false;
  for (const { account } of sortNewestFirst(placement.filter((entry) => entry.service === service))) {
    const name = { service, account };
    seen.push(name);
    const secret = await getCredential(context, name);
    if (secret === undefined) continue;
    isFound = true;
    yield { name, secret };
  }
  for await (const credential of findUnrecorded(context, service, seen)) {
    isFound = true;
    yield credential;
  }
  if (!isFound) await checkRequiredKeyring(context);
}

/** Skips the names in `seen`. */
async function* findUnrecorded(
  context: Context,
  service: string,
  seen: CredentialName[],
): AsyncGenerator<FoundCredential, void, void> {
  const { signal } = context;
  const failures: unknown[] = [];
  for (const id of getSearchOrder(context)) {
    try {
      const store = await openEnabledStore(context, id);
      for (const name of await store.list(service, { signal })) {
        if (seen.some((other) => isSameName(other, name))) continue;
        seen.push(name);
        const secret = await store.get(name, { signal });
        if (secret !== undefined) yield { name, secret };
      }
    } catch (error) {
      const { isUnsupported, withFix } = await import('./store-error.ts');
      const { state } = await context.placement.read();
      if (!isUnsupported(error, id, state)) failures.push(withFix(error, id, context));
    }
  }
  if (failures.length > 0) throw failures[0];
}
