import type { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { Item, Items } from './items.ts';
import type { Slot } from './manifest.ts';

/** What must be there, beside its items, for a credential to be kept. One that needs none always has it. */
export interface Mark {
  isSet(items: Items, name: CredentialName): Promise<boolean>;
  /** Done after the secret is written: what was not marked before shows the new secret from then on, never an old one. */
  set(items: Items, name: CredentialName): Promise<void>;
  /** Done before the secret is removed. Whether it was set. */
  clear(items: Items, name: CredentialName): Promise<boolean>;
}

/** What the native stores do not have in common. */
export interface Platform extends Pick<CredentialStore, 'listing'> {
  readonly id: 'keychain' | 'credential-manager';
  /** What people call it. */
  readonly store: string;
  /** Largest secret of one item, in bytes. What is larger is kept in pieces. */
  readonly maxItemBytes: number;
  /** The binding says that an item was deleted without knowing: look whether it is gone. */
  readonly confirmsRemoval: boolean;

  /** Where a credential is kept. No two names give one item, and none an item of {@link pieceOf}. */
  itemOf(name: CredentialName): Item;
  pieceOf(name: CredentialName, slot: Slot, index: number): Item;

  /** Keeps the name so that {@link names} finds it: done before its secret is written. */
  remember(items: Items, name: CredentialName): Promise<void>;
  /** Undoes {@link remember}, where that was done: after the secret is gone. */
  forget(items: Items, name: CredentialName): Promise<void>;
  /** The names kept, in any order; `service` is given where {@link listing} is `by-service`. */
  names(items: Items, service: string | undefined): Promise<readonly CredentialName[]>;

  /** Where some credentials need a mark to be kept. */
  readonly mark?: Mark;

  toError(thrown: unknown): CredentialError;
  /** The same write again may do better. */
  isRace(error: unknown): boolean;
}
