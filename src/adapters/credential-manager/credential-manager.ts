import type { CredentialName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { NativeStore } from '../native/native-store.ts';
import type { Platform } from '../native/platform.ts';
import type { NativeStoreOptions } from '../native/store-options.ts';
import { exactTargetMark } from './exact-target.ts';
import { maxItemBytes } from './limits.ts';
import { forget, names, remember } from './name-records.ts';
import { itemOf, pieceOf } from './names.ts';
import { toError } from './to-error.ts';

export interface CredentialManagerOptions extends NativeStoreOptions {
  /**
   * The entry that people find a credential by and delete it with, where it has one: a target of letters, digits, `-` and
   * `_`, the same one for a name for ever, and for no two names alike in any case. See exact-target.ts.
   */
  readonly exactTargets?: (name: CredentialName) => string | undefined;
}

/**
 * Windows: generic credentials, as windows-native-keyring-store keeps them. A credential that another program wrote
 * through that crate is read and deleted by its name, but not listed until it is set.
 */
export function createCredentialManager(options: CredentialManagerOptions): CredentialStore & StoreProbe {
  const { exactTargets, ...others } = options;
  return new NativeStore(exactTargets ? { ...platform, mark: exactTargetMark(exactTargets) } : platform, others);
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
