import type { CredentialName } from '../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementIndex,
  recordRemoval,
  removeEntry,
} from '../domain/placement/placement-index.ts';
import type { StoreId } from '../domain/store-id.ts';
import { withLock } from './alone.ts';
import { checkPolicy } from './check-policy.ts';
import type { Context } from './context.ts';
import { openEnabledStore } from './reach.ts';
import { searchOrder } from './search-order.ts';
import { isUnsupported, unreachableError, withFix } from './store-failure.ts';

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
  return withLock(context, () => remove(context, name));
}

async function remove(context: Context, name: CredentialName): Promise<readonly Removal[]> {
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
        const named = unreachableError(error, { ...placed, store }, context);
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
