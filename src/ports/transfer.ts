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
