import type { CredentialName } from '../domain/credential-name.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { removeEverywhere } from './remove-everywhere.ts';

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
