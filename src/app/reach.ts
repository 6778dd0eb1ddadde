import { CredentialError } from '../domain/credential-error.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { Context } from './context.ts';

/** Opens a store that something is, or may be, kept in. A keyring that the user switched off → `disabled`. */
export async function openEnabledStore(
  { settings, profile, stores }: Context,
  store: StoreId,
): Promise<CredentialStore> {
  if (settings.policy.keyringDisabled && store !== 'file') {
    const variable = profile.variables.disableKeyring;
    throw new CredentialError('disabled', `the ${storeNames[store]} is switched off by ${variable}`, {
      hint: `unset ${variable}, or store the credential again`,
    });
  }
  return stores.open(store);
}
