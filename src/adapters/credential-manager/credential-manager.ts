import type { CredentialName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { NativeStore, type NativeStoreOptions } from '../native/native-store.ts';
import type { NativePlatform } from '../native/platform.ts';
import { listNames, recordName, removeName } from './name-index.ts';
import { maxItemBytes, toChunkItem, toItem } from './names.ts';
import { toError } from './to-error.ts';
import { createVisibleTargetMarker } from './visible-target.ts';

export interface CredentialManagerOptions extends NativeStoreOptions {
  /**
   * Returns the target under which users find and delete this credential, if it has one: letters, digits, `-` and `_`.
   * It must always be the same for a name, and different for each name even if case is ignored. See visible-target.ts.
   */
  readonly findVisibleTarget?: (name: CredentialName) => string | undefined;
}

/**
 * Windows: generic credentials in the format of the crate windows-native-keyring-store. A credential that another program
 * wrote through that crate can be read and deleted by its name, but is listed only after keystow has set it.
 */
export function createCredentialManager(options: CredentialManagerOptions): CredentialStore & StoreProbe {
  const { findVisibleTarget, ...others } = options;
  const presenceMarker = findVisibleTarget && createVisibleTargetMarker(findVisibleTarget);
  return new NativeStore(presenceMarker ? { ...platform, presenceMarker } : platform, others);
}

const platform: NativePlatform = {
  id: 'credential-manager',
  displayName: 'Credential Manager',
  listing: 'all',
  maxItemBytes,
  verifiesRemoval: false,
  toItem,
  toChunkItem,
  recordName,
  removeName,
  listNames,
  toError,
  isRace: () => false,
};
