import type { Secret } from '../domain/secret.ts';
import type { OperationOptions } from './credential-store.ts';

type ItemAttributes = Readonly<Record<string, string>>;

/** The items of other programs in the Secret Service. */
export interface ForeignItems {
  /**
   * Returns the items that have these attributes, and that `isWanted` accepts; only of those, the secret is read. Rejects as
   * a read of the store does: locked, and nobody can be asked → `locked`.
   */
  search(
    attributes: ItemAttributes,
    isWanted: (attributes: ItemAttributes) => boolean,
    options?: OperationOptions,
  ): Promise<readonly { readonly attributes: ItemAttributes; readonly secret: Secret }[]>;
  close(): Promise<void>;
}

/** The entries of a password store of pass(1) that keystow hasn't written. */
export interface ForeignEntries {
  /** Their paths, sorted. None if there's no password store. */
  list(): Promise<readonly string[]>;
  /** Decrypts one. Rejects as a read of the store does. */
  read(path: string, options?: OperationOptions): Promise<Uint8Array>;
}

/** What protects a file of age: a passphrase, or the public keys of those who may open it (`age1…`). */
export type AgeLock = { readonly passphrase: string } | { readonly recipients: readonly string[] };

/** Files in the format of age (age-encryption.org/v1). */
export interface Age {
  /** How age encrypted a file; `identity`: it's a secret key of age instead; `none`: it's something else. */
  inspect(file: Uint8Array): 'passphrase' | 'recipients' | 'identity' | 'none';
  /** An invalid recipient → `invalid-input`. */
  encrypt(content: Uint8Array, lock: AgeLock): Promise<Uint8Array>;
  /**
   * - the passphrase or no identity opens it → `wrong-passphrase`
   * - truncated or altered, or it asks for too much work → `file-damaged`
   * - an invalid identity → `invalid-input`
   */
  decrypt(file: Uint8Array, key: AgeKey): Promise<Uint8Array>;
}

/** What opens it: the passphrase, or secret keys (`AGE-SECRET-KEY-1…`). */
export type AgeKey = { readonly passphrase: string } | { readonly identities: readonly string[] };
