import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { messageChain } from '../../domain/text/messages.ts';
import type { CredentialStore, StoreProbe } from '../../ports/credential-store.ts';
import type { Items, TargetItem } from '../native/items.ts';
import {
  type NativePlatform,
  NativeStore,
  type NativeStoreOptions,
  type PresenceMarker,
} from '../native/native-store.ts';
import { listNames, maxItemBytes, recordName, removeName, toChunkItem, toItem } from './names.ts';
import { toError } from './to-error.ts';

export interface CredentialManagerOptions extends NativeStoreOptions {
  /**
   * Returns the target under which users find and delete this credential, if it has one: letters, digits, `-` and `_`.
   * It must always be the same for a name, and different for each name even if case is ignored. See {@link createVisibleTargetMarker}.
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

/*
 * Some credentials must be visible in Credential Manager under a target of their own. An entry with such a target cannot
 * hold the secret: the binding can only reach it through a constructor that empties it first, so a crash at that moment
 * would lose the secret. The constructor does leave the entry in place, so keystow reads nothing from the entry except
 * that it exists. While it exists, the credential is whatever the ordinary items hold; once the user has deleted it, the
 * credential is absent, whatever they hold. Its content is a note for people who open it.
 */

/** Marks each credential for which `findTarget` returns a target by an entry with that target. */
function createVisibleTargetMarker(findTarget: (name: CredentialName) => string | undefined): PresenceMarker {
  const findEntry = (name: CredentialName): TargetItem | undefined => {
    const target = findTarget(name);
    return target === undefined ? undefined : { ...toItem(name), target: checkTarget(target) };
  };
  return {
    async isPresent(items, name) {
      const entry = findEntry(name);
      return entry === undefined || entryExists(items, entry);
    },
    async set(items, name) {
      const entry = findEntry(name);
      if (entry !== undefined) await items.write(entry, createContent(entry));
    },
    async clear(items, name) {
      const entry = findEntry(name);
      if (entry === undefined) return true;
      // Look first: removing a missing entry would create it.
      return (await entryExists(items, entry)) && items.remove(entry);
    },
  };
}

async function entryExists(items: Items, { service, target }: TargetItem): Promise<boolean> {
  try {
    return (await items.find(service, target)).length > 0;
  } catch (error) {
    // The entry exists, but another program wrote it: its content is not UTF-16.
    if (error instanceof CredentialError && messageChain(error).some((text) => /\butf-?16\b/i.test(text))) return true;
    throw error;
  }
}

/** In UTF-16, because the binding's search fails on anything else. */
function createContent({ service, user }: TargetItem): Uint8Array {
  return Buffer.from(`The secret is in the entry ${user}.${service}`, 'utf16le');
}

/** Ordinary targets contain a dot, and an asterisk would match other targets. */
function checkTarget(target: string): string {
  if (!/^[a-z0-9_-]{1,240}$/i.test(target)) throw new Error(`invalid visible target: ${target}`);
  return target;
}
