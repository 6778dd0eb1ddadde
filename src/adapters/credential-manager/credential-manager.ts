import type { CredentialStore } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { NativeStore } from '../native/native-store.ts';
import type { Platform } from '../native/platform.ts';
import type { NativeStoreOptions } from '../native/store-options.ts';
import { maxItemBytes } from './limits.ts';
import { forget, names, remember } from './name-records.ts';
import { itemOf, pieceOf } from './names.ts';
import { toError } from './to-error.ts';

/**
 * Windows: generic credentials, as windows-native-keyring-store keeps them. A credential that another program wrote
 * through that crate is read and deleted by its name, but not listed until it is set.
 */
export function createCredentialManager(options: NativeStoreOptions): CredentialStore & StoreProbe {
  return new NativeStore(platform, options);
}

const platform: Platform = {
  id: 'credential-manager',
  store: 'Credential Manager',
  listing: 'all',
  maxItemBytes,
  confirmsRemoval: false,
  itemOf,
  pieceOf,
  remember,
  forget,
  names,
  toError,
  isRace: () => false,
};
