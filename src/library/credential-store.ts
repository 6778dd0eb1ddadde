import type { SelectionReport, SkippedStoreReport } from '../app/doctor/selection-report.ts';
import type { StorageReport } from '../app/doctor/storage-report.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { StoreId } from '../domain/store-id.ts';

export interface OperationOptions {
  /** Calls the operation off: it rejects with `cancelled`, and leaves a store as it was or as it was to be. */
  readonly signal?: AbortSignal;
}

/** Where a credential went, and why there. */
export interface SetResult {
  readonly store: StoreId;
  /** The stores that were not taken, best first, each with its reason and what mends it. */
  readonly skipped: readonly SkippedStoreReport[];
  /** Stores that still hold an older copy, because it could not be removed. */
  readonly stale: readonly StoreId[];
}

/** A credential's name, and the store that a read would take it from. */
export interface ListedCredential extends CredentialName {
  readonly store: StoreId;
}

/** Where credentials are, and which store a new one would go to, and why. */
export interface Report {
  readonly storage: StorageReport;
  readonly selection: SelectionReport;
}

/**
 * The credentials of one application, in the best store that the machine has. Any number of operations may be under way,
 * in this process and in others. Each may reject with a {@link CredentialError}: its `code` says what happened, its
 * `hint`, where it has one, what to do about it. Common to all:
 *
 * - `invalid-name`: a service or account that no store keeps exactly: empty, over 1,024 characters, with NUL
 * - `cancelled`: the signal was aborted
 * - `locked`, `timed-out`, `denied`, `not-running` and the other reasons: the store that is needed does not serve
 * - `file-damaged` and the other `file-…`, `wrong-passphrase`, `passphrase-required`: of the encrypted file
 * - `invalid-preference`, `contradictory-settings`: the user's variables mean nothing together
 *
 * A failure is never `undefined`. No message, cause or other property of an error holds a secret.
 */
export interface ApplicationStore extends AsyncDisposable {
  /** The secret; `undefined` where it is certainly kept nowhere. */
  get(service: string, account: string, options?: OperationOptions): Promise<Secret | undefined>;

  /** The same as text. A secret that is no UTF-8 → `invalid-input`. */
  getText(service: string, account: string, options?: OperationOptions): Promise<string | undefined>;

  /**
   * Keeps a secret, up to 1 MiB whatever the platform's own limit; a string as UTF-8. Resolves when a later `get`, in any
   * process, gives these bytes. Of the OS stores the first that serves is taken; it is probed for that once, by an entry
   * that is written, read back and deleted.
   *
   * - the user demands an OS store, and none serves → `keyring-required`
   * - larger than the store keeps → `too-large`, the old secret stays
   */
  set(
    service: string,
    account: string,
    secret: Secret | Uint8Array | string,
    options?: OperationOptions,
  ): Promise<SetResult>;

  /** Removes it from every store that has it; gives the stores that it was in. Kept but not removable → rejects. */
  delete(service: string, account: string, options?: OperationOptions): Promise<readonly StoreId[]>;

  /** The names kept, of one service or of all, sorted, each once. No secret is read. */
  list(service?: string, options?: OperationOptions): Promise<readonly ListedCredential[]>;

  /** Looks at everything, and changes nothing but for a probe's entry of a moment. For a `doctor` command. */
  report(options?: OperationOptions): Promise<Report>;

  /** Lets go of connections and keys; `await using` does so by itself. Later operations reject with `closed`. */
  close(): Promise<void>;
}
