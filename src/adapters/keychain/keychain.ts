import { type CredentialName, isValidName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import type { Items } from '../native/items.ts';
import { NativeStore, type NativeStoreOptions } from '../native/native-store.ts';
import type { NativePlatform } from '../native/platform.ts';
import { maxItemBytes, toChunkItem, toItem, toItemService } from './names.ts';
import { isRace, toError } from './to-error.ts';

/**
 * macOS: generic passwords in the user's default keychain, in the format of the crate apple-native-keyring-store.
 *
 * The binding's search omits items that this program may not read, and so does `list`.
 */
export function createKeychain(options: NativeStoreOptions): CredentialStore & StoreProbe {
  return new NativeStore(platform, options);
}

const platform: NativePlatform = {
  id: 'keychain',
  displayName: 'Keychain',
  listing: 'by-service',
  maxItemBytes,
  // The security-framework crate drops the result of SecKeychainItemDelete.
  verifiesRemoval: true,
  toItem,
  toChunkItem,
  recordName: async () => undefined,
  removeName: async () => undefined,
  listNames,
  toError,
  isRace,
};

// Stryker disable next-line StringLiteral: a store that lists by service always gets one
async function listNames(items: Items, service = ''): Promise<readonly CredentialName[]> {
  const found = await items.find(toItemService(service));
  const accounts = new Set(found.map(({ account }) => account));
  return [...accounts].map((account) => ({ service, account })).filter(isValidName);
}
