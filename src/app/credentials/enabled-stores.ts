import { CredentialError } from '../../domain/credential-error.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { ReadContext } from '../context.ts';

/**
 * The stores to search for a credential that isn't recorded in the placement file, best first. If the user asked for the
 * file or disabled the keyring, no keyring is searched.
 */
export function getSearchOrder({ settings: { policy }, stores }: ReadContext): readonly StoreId[] {
  if (policy.preference === 'file' || policy.keyringDisabled) return ['file'];
  return [...stores.candidates.filter((candidate) => candidate !== 'keyutils'), 'file'];
}

interface EnabledStoresContext<Store> extends Pick<ReadContext, 'settings' | 'profile'> {
  readonly stores: { open(id: StoreId): Promise<Store> };
}

/** Opens a store. If it's a keyring and the user disabled keyrings → `disabled`. */
export async function openEnabledStore<Store extends Pick<CredentialStore, 'get'>>(
  { settings, profile, stores }: EnabledStoresContext<Store>,
  store: StoreId,
): Promise<Store> {
  if (settings.policy.keyringDisabled && store !== 'file') {
    const variable = profile.variables.disableKeyring;
    throw new CredentialError('disabled', `the ${storeNames[store]} is disabled by ${variable}`, {
      hint: `unset ${variable}, or store the credential again`,
    });
  }
  return stores.open(store);
}

/** Rejects invalid settings (rules 1 and 4) before any store is opened → `invalid-preference`, `contradictory-settings`. */
export async function checkPolicy({ settings: { policy }, host, stores }: ReadContext): Promise<void> {
  // Always valid, so that a read doesn't have to load the selection.
  if (policy.preference === 'auto' || policy.preference === 'file') return;
  const [{ startSelection }, { selectionError }] = await Promise.all([
    import('../../domain/selection/selection.ts'),
    import('./select-store.ts'),
  ]);
  const [state] = startSelection(policy, stores.candidates);
  if (state.status === 'rejected' && state.code !== 'keyring-required') throw selectionError(state, policy, host);
}
