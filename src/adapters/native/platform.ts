import type { CredentialName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { ChunkSlot } from './chunks.ts';
import type { Item, Items, ItemTraits } from './items.ts';

/** Everything in which Keychain and Credential Manager differ. */
export interface NativePlatform extends Pick<CredentialStore, 'listing'>, ItemTraits {
  readonly id: 'keychain' | 'credential-manager';
  /** Largest secret of one item, in bytes. A larger secret is stored in chunks. */
  readonly maxItemBytes: number;

  /** Returns the main item of a credential: a different one for each name, and never one of {@link toChunkItem}. */
  toItem(name: CredentialName): Item;
  toChunkItem(name: CredentialName, slot: ChunkSlot, index: number): Item;

  /** Makes {@link listNames} find the name. Called before the secret is written. */
  recordName(items: Items, name: CredentialName): Promise<void>;
  /** Undoes {@link recordName} if it was called. Called after the secret is removed. */
  removeName(items: Items, name: CredentialName): Promise<void>;
  /** Returns the stored names, unsorted; if {@link listing} is `by-service`, `service` is always given. */
  listNames(items: Items, service: string | undefined): Promise<readonly CredentialName[]>;

  /** Present only if some credentials need a marker. */
  readonly presenceMarker?: PresenceMarker;
}

/** An extra entry without which a credential counts as absent. Credentials that need none are always present. */
export interface PresenceMarker {
  isPresent(items: Items, name: CredentialName): Promise<boolean>;
  /** Called after the secret is written, so that an old secret never reappears. */
  set(items: Items, name: CredentialName): Promise<void>;
  /** Called before the secret is removed. Resolves with whether the marker was present. */
  clear(items: Items, name: CredentialName): Promise<boolean>;
}
