import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, formatName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementIndex,
  recordRemoval,
  removeEntry,
} from '../../domain/placement/placement-index.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { checkPolicy, checkRequiredKeyring, getSearchOrder, openEnabledStore } from './enabled-stores.ts';
import { isUnsupported, withFix, withPlacement } from './store-error.ts';

/**
 * Removes a credential from every store that has it or might have it. Returns the stores that it was removed from: none
 * if it didn't exist.
 *
 * - a store that is recorded to have a copy is unavailable → rejects, naming it, after removing the other copies
 * - no copy was found, and a store that might have one is unavailable → rejects with that store's error
 * - no copy was found, because the encrypted file is missing → `file-missing`; the record of the copy is removed
 * - another program's item matches → it stays, with a warning
 */
export async function deleteCredential(context: Context, name: CredentialName): Promise<readonly StoreId[]> {
  return checkRemovals(await removeEverywhere(context, name));
}

/** Returns the stores that a credential was removed from. Throws as {@link deleteCredential} rejects. */
export function checkRemovals(removals: readonly Removal[]): readonly StoreId[] {
  const removed = removals.flatMap(({ store, outcome }) => (outcome === 'removed' ? [store] : []));
  for (const removal of removals) {
    if (removal.outcome === 'unreachable' && (removal.known || removed.length === 0)) throw removal.error;
    if (removal.outcome === 'absent' && removal.error && removed.length === 0) throw removal.error;
  }
  return removed;
}

/** The result of removing a credential from one store. */
export type Removal =
  | { readonly store: StoreId; readonly outcome: 'removed' }
  /** `error`: why the copy is absent, if it should be there: the encrypted file is missing. */
  | { readonly store: StoreId; readonly outcome: 'absent'; readonly error?: CredentialError }
  /** The store couldn't be asked, and counts as empty: see `isUnsupported`. */
  | { readonly store: StoreId; readonly outcome: 'unavailable'; readonly error: unknown }
  /** `known`: the store is recorded to have a copy. `possible`: it may have one that the lost placement file recorded. */
  | {
      readonly store: StoreId;
      readonly outcome: 'unreachable';
      readonly known: boolean;
      readonly possible: boolean;
      readonly error: unknown;
    };

/**
 * Like {@link deleteCredential}, but returns the result for every store instead of rejecting. Removes the credential's
 * entry from the placement file, unless a store that is recorded to have a copy is unavailable. If no copy was
 * removed, the user requires a keyring, and none is usable → rejects with `keyring-required`.
 */
export async function removeEverywhere(context: Context, name: CredentialName): Promise<readonly Removal[]> {
  await checkPolicy(context);
  const removals = await withLock(context, name, (held) => removeCopies(context, name, held));
  if (removals.every(({ outcome }) => outcome !== 'removed')) await checkRequiredKeyring(context);
  return removals;
}

/** Does what {@link removeEverywhere} does. `held`: of the credential's lock, which the caller has. */
export async function removeCopies(
  context: Context,
  name: CredentialName,
  held: () => boolean,
): Promise<readonly Removal[]> {
  const { placement, state } = await context.placement.read(name);
  const entry = findEntry(placement, name);
  // If another process has written the credential meanwhile, its entry isn't about the copies that we remove.
  const update = (change: (now: PlacementIndex) => PlacementIndex) =>
    context.placement.update((now) => (isSameRevision(findEntry(now, name), entry) ? change(now) : now), name);
  const checkUnchanged = async () => {
    const now = findEntry((await context.placement.read(name)).placement, name);
    if ((now && !isSameRevision(now, entry)) || !held()) throw changedMeanwhileError(name);
  };
  const recorded = entry === undefined ? [] : [entry.store, ...entry.stale];
  const removals: Removal[] = [];
  for (const id of new Set([...recorded, ...getSearchOrder(context)])) {
    await checkUnchanged();
    try {
      const store = await openEnabledStore(context, id);
      const onForeignItem = () =>
        context.terminal.warn(
          `another program's item for ${formatName(name)} stays in the ${storeNames[id]}, and a read still finds it`,
          undefined,
          'other-program',
        );
      const removed = await store.delete(name, { signal: context.signal, onForeignItem });
      removals.push({ store: id, outcome: removed ? 'removed' : 'absent' });
      if (recorded.includes(id)) await update((now) => recordRemoval(now, name, id));
    } catch (error) {
      if (error instanceof CredentialError && error.code === 'file-missing') {
        removals.push({ store: id, outcome: 'absent', error });
        if (recorded.includes(id)) await update((now) => recordRemoval(now, name, id));
      } else if (entry !== undefined && recorded.includes(id)) {
        const named = withPlacement(error, { ...entry, store: id }, context);
        removals.push({ store: id, outcome: 'unreachable', known: true, possible: true, error: named });
      } else if (isUnsupported(error, id, state)) {
        removals.push({ store: id, outcome: 'unavailable', error });
      } else {
        const possible = state !== 'intact';
        removals.push({
          store: id,
          outcome: 'unreachable',
          known: false,
          possible,
          error: withFix(error, id, context),
        });
      }
    }
  }
  const remains = removals.some((removal) => removal.outcome === 'unreachable' && removal.known);
  if (entry !== undefined && !remains) await update((now) => removeEntry(now, name));
  await context.placement.flushFile();
  return removals;
}
