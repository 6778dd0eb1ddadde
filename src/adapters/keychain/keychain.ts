import { createHash } from 'node:crypto';
import { type CredentialName, isValidName } from '../../domain/credential-name.ts';
import type { CredentialStore, StoreProbe } from '../../ports/credential-store.ts';
import type { ChunkSlot } from '../native/chunks.ts';
import type { Items, NativeItem } from '../native/items.ts';
import { type NativePlatform, NativeStore, type NativeStoreOptions } from '../native/native-store.ts';
import { isRace, toError } from './to-error.ts';

/**
 * macOS: generic passwords in the user's default keychain, in the format of the crate apple-native-keyring-store.
 *
 * The binding's search omits items that this program may not read, and so does `list`.
 */
export function createKeychain(options: NativeStoreOptions): CredentialStore & StoreProbe {
  return new NativeStore(platform, options);
}

/**
 * Largest secret of one item, in bytes. Apple documents no limit for the file-based keychain, which the binding uses.
 * securityd's other keychain calls 4 KiB "extremely luxurious" (SecDbKeychainItem), and programs are known to store 20 KB
 * in one item of this one. A larger secret is stored in chunks, so that nothing depends on the limit.
 */
export const maxItemBytes = 64 * 1024;

/** Chunks have a service of their own, so that they are not listed with any other. Stored, so it keeps the old word. */
const chunkService = 'keystow pieces';

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
  // Another program's: see noAccount.
  accounts.delete('');
  return [...accounts].map((account) => ({ service, account: parseAccount(account) })).filter(isValidName);
}

/** Service and account are stored unchanged, so that Keychain Access and `security` find them. An empty account can't be. */
export function toItem({ service, account }: CredentialName): NativeItem {
  return { service: toItemService(service), user: formatAccount(account) };
}

/** SecKeychainFindGenericPassword takes an empty account for any account. So does the crate, which rejects it. */
const noAccount = '(no account)';

/** Returns the account itself, or {@link noAccount} for an empty one. That gets a `!`, so that two accounts stay different. */
function formatAccount(account: string): string {
  if (account === '') return noAccount;
  return /^\(no account\)!*$/.test(account) ? `${account}!` : account;
}

function parseAccount(user: string): string {
  if (user === noAccount) return '';
  return /^\(no account\)!+$/.test(user) ? user.slice(0, -1) : user;
}

export function toChunkItem({ service, account }: CredentialName, slot: ChunkSlot, index: number): NativeItem {
  // A name cannot contain a NUL.
  const hash = createHash('sha256').update(`${service}\0${account}`).digest('hex');
  return { service: chunkService, user: `${hash}-${slot}-${index}` };
}

/**
 * Returns the service itself, except that the service of the chunks gets a `!`. So does that service with any number of
 * `!` after it, because otherwise two services would become the same.
 */
function toItemService(service: string): string {
  return /^keystow pieces!*$/.test(service) ? `${service}!` : service;
}
