import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  recordRemoval,
  recordWrite,
} from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected, SkippedStore } from '../../domain/selection/selection.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, withLock } from '../context.ts';
import { openEnabledStore } from './enabled-stores.ts';
import { selectStore } from './select-store.ts';
import { withFix } from './store-error.ts';

/** The store of a credential, and why the better ones were skipped. */
export interface WriteResult {
  readonly store: StoreId;
  readonly skipped: readonly SkippedStore[];
  /** Stores that still have an older copy, because it couldn't be removed. */
  readonly stale: readonly StoreId[];
}

/**
 * Stores a secret in the selected store, records which one that was, and removes the copies in other stores.
 *
 * - the selection is rejected → rejects with its code
 * - the store fails → rejects with its error, and the old secret stays
 * - killed at any point → a read returns the old secret or the new one
 * - concurrent writes, moves and removals → one of the secrets stays, complete, and a read finds it
 *
 * `selected` is the result of an earlier {@link selectStore}.
 */
export async function setCredential(
  context: Context,
  name: CredentialName,
  secret: Secret,
  selected?: Selected,
): Promise<WriteResult> {
  const { store: id, skipped } = selected ?? (await selectStore(context));
  const { signal, placement } = context;
  const store = await openEnabledStore(context, id);
  const write = () =>
    store.set(name, secret, { signal }).catch((error: unknown) => {
      throw withFix(error, id, context);
    });
  const before = findEntry((await placement.read()).placement, name);
  if (before === undefined || (before.store === id && before.stale.length === 0)) {
    await write();
    const isUnchanged = (now: PlacementEntry | undefined) => isSameRevision(before, now);
    if (await recordPlacement(context, name, id, isUnchanged)) return { store: id, skipped, stale: [] };
  }
  // Another store has a copy, or had one a moment ago. A process that was removing copies may have removed ours too, so
  // write it again under the lock.
  return withLock(context, async () => {
    await write();
    await recordPlacement(context, name, id);
    const { stale = [] } = findEntry((await placement.read()).placement, name) ?? {};
    return { store: id, skipped, stale: await removeStaleCopies(context, name, stale) };
  });
}

/**
 * Records the write if the current entry is as expected, and returns whether it was. If the placement file can't be
 * written, that's an error only if its current entry would send a read to another store.
 */
async function recordPlacement(
  { placement, clock, terminal }: Context,
  name: CredentialName,
  store: StoreId,
  isExpected: (now: PlacementEntry | undefined) => boolean = () => true,
): Promise<boolean> {
  const writtenAt = clock();
  let recorded = true;
  try {
    await placement.update((now) => {
      recorded = isExpected(findEntry(now, name));
      return recorded ? recordWrite(now, name, store, writtenAt) : now;
    });
  } catch (error) {
    const entry = findEntry((await placement.read()).placement, name);
    if (!(error instanceof CredentialError) || (entry && entry.store !== store)) throw error;
    terminal.warn(`${error.message}; every store is searched instead`);
  }
  return recorded;
}

/** Removes what can be removed, and returns the stores that still have a copy. */
async function removeStaleCopies(
  context: Context,
  name: CredentialName,
  stale: readonly StoreId[],
): Promise<StoreId[]> {
  const { placement, signal } = context;
  const remaining: StoreId[] = [];
  for (const id of stale) {
    try {
      await (await openEnabledStore(context, id)).delete(name, { signal });
      await placement.update((now) => recordRemoval(now, name, id));
    } catch {
      remaining.push(id);
    }
  }
  return remaining;
}
