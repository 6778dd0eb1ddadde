import type { CredentialName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementIndex,
  recordRemoval,
  removeEntry,
} from '../../domain/placement/placement-index.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, checkPolicy, openEnabledStore, searchOrder, withLock } from '../context.ts';
import { isUnsupported, withFix, withPlacement } from './store-error.ts';

/**
 * Removes a credential from every store that has it, or may have it; gives the stores that it was in, none when it was
 * absent.
 *
 * - a store that is known to hold a copy does not serve → rejects, naming it; what could be removed is removed
 * - nothing is known, nothing was found, and a store could not be asked → rejects with that store's error
 */
export async function deleteCredential(context: Context, name: CredentialName): Promise<readonly StoreId[]> {
  const removals = await removeEverywhere(context, name);
  const removed = removals.flatMap(({ store, outcome }) => (outcome === 'removed' ? [store] : []));
  for (const removal of removals) {
    if (removal.outcome === 'unreachable' && (removal.known || removed.length === 0)) throw removal.error;
  }
  return removed;
}

/** What became of a credential in one store. */
export type Removal =
  | { readonly store: StoreId; readonly outcome: 'removed' | 'absent' }
  /** `known`: the store is known to hold a copy; else it could only not be asked. */
  | { readonly store: StoreId; readonly outcome: 'unreachable'; readonly known: boolean; readonly error: unknown };

/**
 * Removes a credential from every store that has it, or may have it, and says of each what became of it there. Forgets
 * it once no store is known to hold it any more.
 */
export async function removeEverywhere(context: Context, name: CredentialName): Promise<readonly Removal[]> {
  await checkPolicy(context);
  return withLock(context, () => removeCopies(context, name));
}

async function removeCopies(context: Context, name: CredentialName): Promise<readonly Removal[]> {
  const placed = findEntry((await context.placement.read()).placement, name);
  // What was written meanwhile is not what was removed.
  const record = (change: (now: PlacementIndex) => PlacementIndex) =>
    context.placement.update((now) => (isSameRevision(findEntry(now, name), placed) ? change(now) : now));
  const known = placed === undefined ? [] : [placed.store, ...placed.stale];
  const removals: Removal[] = [];
  for (const store of new Set([...known, ...searchOrder(context)])) {
    try {
      const opened = await openEnabledStore(context, store);
      const removed = await opened.delete(name, { signal: context.signal });
      removals.push({ store, outcome: removed ? 'removed' : 'absent' });
      if (known.includes(store)) await record((now) => recordRemoval(now, name, store));
    } catch (error) {
      if (placed !== undefined && known.includes(store)) {
        const named = withPlacement(error, { ...placed, store }, context);
        removals.push({ store, outcome: 'unreachable', known: true, error: named });
      } else if (isUnsupported(error)) {
        removals.push({ store, outcome: 'absent' });
      } else {
        removals.push({ store, outcome: 'unreachable', known: false, error: withFix(error, store, context) });
      }
    }
  }
  const held = removals.some((removal) => removal.outcome === 'unreachable' && removal.known);
  if (placed !== undefined && !held) await record((now) => removeEntry(now, name));
  return removals;
}
