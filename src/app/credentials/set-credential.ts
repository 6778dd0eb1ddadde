import { describeUnusedPassphrase } from '../../domain/advice/setting-advice.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Expiring } from '../../domain/placement/expiry.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  recordRemoval,
  recordWrite,
} from '../../domain/placement/placement-index.ts';
import { getCommand } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected, SkippedStore } from '../../domain/selection/selection.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { checkRemovals, removeCopies } from './delete-credential.ts';
import { openEnabledStore } from './enabled-stores.ts';
import { getCredential, readEntry } from './get-credential.ts';
import { explainFallback, selectStore } from './select-store.ts';
import { withFix } from './store-error.ts';

/** The store of a credential, and why the better ones were skipped. */
export interface WriteResult {
  readonly store: StoreId;
  readonly skipped: readonly SkippedStore[];
  /** Whether there was a credential of that name. */
  readonly replaced: boolean;
  /** Stores that still have an older copy, because it couldn't be removed. */
  readonly stale: readonly StoreId[];
}

export interface WriteOptions extends Expiring {
  /** The result of an earlier {@link selectStore}. */
  readonly selected?: Selected;
  readonly allowEmpty?: boolean;
  /** Explains a fallback to the encrypted file once: only if a keyring has failed, or always. Default: each failure, each time. */
  readonly explains?: 'failures' | 'all';
}

/**
 * Stores a secret in the selected store, records which one that was, and removes the copies in other stores.
 *
 * - an empty secret, unless `allowEmpty` → `invalid-input`: its source has probably failed
 * - the selection is rejected → rejects with its code
 * - the store fails → rejects with its error, and the old secret stays
 * - killed at any point → a read returns the old secret or the new one
 * - concurrent writes, moves and removals → one of the secrets stays, complete, and a read finds it
 */
export async function setCredential(
  context: Context,
  name: CredentialName,
  secret: Secret,
  { selected, allowEmpty = false, explains, expiresAt }: WriteOptions = {},
): Promise<WriteResult> {
  if (secret.expose().length === 0 && !allowEmpty) {
    throw new CredentialError('invalid-input', 'the secret is empty, so nothing was stored');
  }
  const { store: id, skipped } = selected ?? (await selectStore(context, { warns: explains === undefined }));
  await openEnabledStore(context, id);
  return withLock(context, name, async (held) => {
    const written = await writeLocked(context, name, secret, id, held, expiresAt === undefined ? {} : { expiresAt });
    if (explains !== undefined) explainFallback(context, { store: id, skipped }, { all: explains === 'all' });
    if (id === 'file') await explainUnusedPassphrase(context);
    return { ...written, skipped };
  });
}

/** Does what {@link setCredential} does after the selection. `held`: of the credential's lock, which the caller has. */
export async function writeLocked(
  context: Context,
  name: CredentialName,
  secret: Secret,
  id: StoreId,
  held: () => boolean,
  expiry: Expiring = {},
): Promise<WriteResult> {
  const { signal, placement } = context;
  const store = await openEnabledStore(context, id);
  let replaced = false;
  const onReplaced = () => {
    replaced = true;
  };
  await store.set(name, secret, { signal, onReplaced }).catch((error: unknown) => {
    throw withFix(error, id, context);
  });
  if (!held()) throw changedMeanwhileError(name);
  if (await recordPlacement(context, name, id, expiry)) replaced = true;
  const entry = findEntry((await placement.read(name)).placement, name);
  const stale = entry ? await removeStaleCopies(context, entry, held) : [];
  return { store: id, skipped: [], replaced, stale };
}

/**
 * Reads a secret back from the store that it was written to. The store returns something else → `round-trip-mismatch`;
 * `consequence` ends the message.
 */
export async function verifyWritten(
  context: Context,
  name: CredentialName,
  secret: Secret,
  id: StoreId,
  consequence = '',
): Promise<void> {
  const copy = await (await openEnabledStore(context, id)).get(name, { signal: context.signal });
  if (copy?.equals(secret)) return;
  const message = `the ${storeNames[id]} returned a different secret than the one it was given${consequence}`;
  throw new CredentialError('round-trip-mismatch', message);
}

/** Reports, once on this machine, that the passphrase in the environment doesn't seal the file. */
async function explainUnusedPassphrase({ settings, profile, stores, terminal, noticeMemory }: Context): Promise<void> {
  if (!settings.envPassphrase || (await stores.findFileKeySource().catch(() => undefined)) !== 'home') return;
  if (noticeMemory?.isFirst('passphrase-unused') === false) return;
  const change = { isNew: false, seal: profile.variables.keySource, command: getCommand(profile) };
  const line = describeUnusedPassphrase({ variable: profile.variables.passphrase }, change);
  terminal.notice(line, 'passphrase-variable');
}

/**
 * Records the write. Returns whether the credential was recorded before. If the placement file can't be written, that's an error only if its current entry would send a read to
 * another store.
 */
async function recordPlacement(
  { placement, clock, terminal }: Context,
  name: CredentialName,
  store: StoreId,
  expiry: Expiring,
): Promise<boolean> {
  const writtenAt = clock();
  let wasRecorded = false;
  try {
    await placement.update((now) => {
      wasRecorded = findEntry(now, name) !== undefined;
      return recordWrite(now, name, store, writtenAt, expiry);
    }, name);
  } catch (error) {
    const entry = findEntry((await placement.read(name)).placement, name);
    if (!(error instanceof CredentialError) || (entry && entry.store !== store)) throw error;
    terminal.warn(`${error.message}; every store is searched instead`, undefined, 'placement-not-written');
  }
  return wasRecorded;
}

/**
 * Removes what can be removed, and returns the stores that still have a copy. Removes nothing once the lock is lost or the
 * credential's entry is of another write.
 */
async function removeStaleCopies(context: Context, entry: PlacementEntry, held: () => boolean): Promise<StoreId[]> {
  const { placement, signal } = context;
  const { service, account, stale } = entry;
  const name = { service, account };
  const remaining: StoreId[] = [];
  for (const id of stale) {
    try {
      const store = await openEnabledStore(context, id);
      if (!isSameRevision(findEntry((await placement.read(name)).placement, name), entry) || !held()) {
        throw changedMeanwhileError(name);
      }
      await store.delete(name, { signal });
      await placement.update(
        (now) => (isSameRevision(findEntry(now, name), entry) ? recordRemoval(now, name, id) : now),
        name,
      );
    } catch {
      remaining.push(id);
    }
  }
  return remaining;
}

/**
 * Replaces a secret by `next`, or removes it if that's `undefined`, unless somebody has changed it. The new one is stored
 * where the old one is; if no store is recorded, in the selected one.
 *
 * - the current secret isn't what the caller expects → resolves `undefined`, and nothing is written
 * - the store fails → rejects with its error, and the old secret stays
 * - killed at any point → a read returns the old secret or the new one
 */
export async function replaceCredential(
  context: Context,
  name: CredentialName,
  isExpected: (current: Secret | undefined) => boolean,
  next: Secret | undefined,
): Promise<WriteResult | 'removed' | undefined> {
  const isRecorded = (await readEntry(context.placement, name)) !== undefined;
  const selected = isRecorded || next === undefined ? undefined : await selectStore(context);
  return withLock(context, name, async (held) => {
    if (!isExpected(await getCredential(context, name))) return undefined;
    const store = (await readEntry(context.placement, name))?.store ?? selected?.store;
    if (!held()) throw changedMeanwhileError(name);
    if (next !== undefined) {
      // Without an entry, somebody has removed the credential since it was looked up.
      if (store === undefined) throw changedMeanwhileError(name);
      return writeLocked(context, name, next, store, held);
    }
    checkRemovals(await removeCopies(context, name, held));
    return 'removed';
  });
}
