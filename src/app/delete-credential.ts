import type { CredentialName } from '../domain/credential-name.ts';
import { findPlaced, forgotten, removedFrom } from '../domain/placement.ts';
import type { StoreId } from '../domain/store-id.ts';
import { checkPolicy } from './check-policy.ts';
import type { Context } from './context.ts';
import { reach } from './reach.ts';
import { searchOrder } from './search-order.ts';
import { isUnsupported, unreachableError, withFix } from './store-failure.ts';

/**
 * Removes a credential from every store that has it, or may have it; gives the stores that it was in, none when it was
 * absent.
 *
 * - a store that is known to hold a copy does not serve → rejects, naming it; what could be removed is removed
 * - nothing is remembered, nothing found, and a store could not be asked → rejects with that store's error
 */
export async function deleteCredential(context: Context, name: CredentialName): Promise<readonly StoreId[]> {
  checkPolicy(context);
  const placed = findPlaced((await context.placement.read()).placement, name);
  const known = placed === undefined ? [] : [placed.store, ...placed.stale];
  const removed: StoreId[] = [];
  const held: unknown[] = [];
  const unsure: unknown[] = [];
  for (const id of new Set([...known, ...searchOrder(context)])) {
    try {
      const store = await reach(context, id);
      if (await store.delete(name, { signal: context.signal })) removed.push(id);
      if (known.includes(id)) await context.placement.update((now) => removedFrom(now, name, id));
    } catch (error) {
      if (placed !== undefined && known.includes(id))
        held.push(unreachableError(error, { ...placed, store: id }, context));
      else if (!isUnsupported(error)) unsure.push(withFix(error, id, context));
    }
  }
  if (held.length > 0) throw held[0];
  if (placed === undefined && removed.length === 0 && unsure.length > 0) throw unsure[0];
  if (placed !== undefined) await context.placement.update((now) => forgotten(now, name));
  return removed;
}
