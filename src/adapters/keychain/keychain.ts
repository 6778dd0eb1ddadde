import type { CredentialName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import type { Items } from '../native/items.ts';
import { NativeStore } from '../native/native-store.ts';
import type { Platform } from '../native/platform.ts';
import type { NativeStoreOptions } from '../native/store-options.ts';
import { isValidName } from '../native/valid-name.ts';
import { maxItemBytes } from './limits.ts';
import { itemOf, keptService, pieceOf } from './names.ts';
import { isRace, toError } from './to-error.ts';

/**
 * macOS: generic passwords of the user's default keychain, as apple-native-keyring-store keeps them.
 *
 * Listing goes by the binding, which leaves out an item that this program may not read.
 */
export function createKeychain(options: NativeStoreOptions): CredentialStore & StoreProbe {
  return new NativeStore(platform, options);
}

const platform: Platform = {
  id: 'keychain',
  store: 'Keychain',
  listing: 'by-service',
  maxItemBytes,
  // SecKeychainItemDelete's result is dropped by the security-framework crate.
  confirmsRemoval: true,
  itemOf,
  pieceOf,
  remember: async () => undefined,
  forget: async () => undefined,
  names,
  toError,
  isRace,
};

// Stryker disable next-line StringLiteral: a store that lists by service always gets one
async function names(items: Items, service = ''): Promise<readonly CredentialName[]> {
  const found = await items.find(keptService(service));
  const accounts = new Set(found.map(({ account }) => account));
  return [...accounts].map((account) => ({ service, account })).filter(isValidName);
}
