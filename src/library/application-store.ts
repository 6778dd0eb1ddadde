import type { ListedCredential } from '../app/credentials/list-credentials.ts';
import type { SelectionReport, SkippedStoreReport } from '../app/doctor/selection-report.ts';
import type { StorageReport } from '../app/doctor/storage-report.ts';
import type { Repair } from '../app/reconcile/repair.ts';
import type { MoveReport } from '../app/reconcile/report.ts';
import type { ExpiringCredential } from '../domain/placement/expiry.ts';
import type { Secret } from '../domain/secret.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { TokenSet } from '../domain/token-set.ts';
import type { SettingReport } from './options.ts';

/**
 * The credentials of one application, in the best store that the machine has. Operations can run concurrently, in this
 * process and in others. An operation rejects with a {@link CredentialError}, whose `code` says what happened and whose
 * `hint`, if any, says how to fix it. These codes can occur in all or most operations:
 *
 * - `invalid-name`: the service is empty, or it or the account is longer than 1,024 characters, contains a NUL, or isn't
 *   well-formed Unicode
 * - `cancelled`: the signal was aborted
 * - `locked`, `timed-out`, `denied`, `not-running` or another {@link Reason}: the store that is needed is unavailable
 * - `file-damaged` or another `file-…`, `wrong-passphrase`, `passphrase-required`: the encrypted file can't be opened
 * - `invalid-preference`, `contradictory-settings`: the user's settings are invalid
 * - `closed`: the store was closed
 *
 * A failure is never reported as `undefined`. No property of an error contains a secret.
 */
export interface ApplicationStore extends AsyncDisposable {
  /** Returns the secret, or `undefined` if no store has it. */
  get(service: string, account: string, options?: OperationOptions): Promise<Secret | undefined>;

  /** Returns the secret as text. Not UTF-8 → `invalid-input`. */
  getText(service: string, account: string, options?: OperationOptions): Promise<string | undefined>;

  /**
   * Stores a secret; a string as UTF-8. Resolves when a later `get`, in any process, returns it. The first call selects
   * the store: it probes the OS stores in order, by writing a test credential, reading it back and deleting it.
   *
   * A secret can be up to 8 MiB in an OS store, whatever that store's own limit for one item. The encrypted file can be
   * up to 64 MiB and 100,000 credentials in all.
   *
   * - the user requires an OS store, and none can be used → `keyring-required`
   * - larger than the store's limit → `too-large`, and the old secret stays
   * - empty, and `allowEmpty` isn't set → `invalid-input`, and the old secret stays
   */
  set(service: string, account: string, secret: Secret | Uint8Array | string, options?: SetOptions): Promise<SetResult>;

  /** Returns whether a store has a credential. Reads it, so it fails as `get` does. */
  has(service: string, account: string, options?: OperationOptions): Promise<boolean>;

  /** Returns the value that a secret is the JSON text of. Not JSON → `invalid-input`. */
  getJson<T = unknown>(service: string, account: string, options?: OperationOptions): Promise<T | undefined>;

  /** Stores a value as JSON, as `set` stores a string. JSON can't represent it → `invalid-input`, and the old secret stays. */
  setJson(service: string, account: string, value: unknown, options?: OperationOptions): Promise<SetResult>;

  /**
   * Replaces a secret by what `change` makes of it, and returns the new one. Updates of one credential happen one after the
   * other, in all processes, so that none is lost. `change` gets the current secret, or `undefined` if there's none. If it
   * returns `undefined`, the credential is deleted. If it throws, the old secret stays, and the update rejects with the same
   * error. It can run again, if somebody calls `set` meanwhile. The secret stays in the store that has it.
   *
   * - another process updates the credential for longer than `limitMs` → `file-busy`, which names that process
   * - an update of the same credential within `change` waits for this one, and fails in the same way
   */
  update(
    service: string,
    account: string,
    change: (current: Secret | undefined) => NewSecret | Promise<NewSecret>,
    options?: UpdateOptions,
  ): Promise<Secret | undefined>;

  /**
   * Returns an access token that is valid. If it has expired, `refresh` gets new tokens, once for all callers in all
   * processes, and they are stored before anybody gets them. See docs/tokens.md for the guarantees.
   *
   * - nothing is stored → `not-signed-in`
   * - the server no longer renews the token → `refresh-rejected`: the user has to sign in again
   * - the renewal fails otherwise, or takes too long → `refresh-failed`: try again
   * - another process renews the token for too long → `file-busy`, which names that process
   * - the stored secret isn't from `setToken` → `invalid-input`
   */
  token(service: string, account: string, options?: TokenOptions): Promise<string>;

  /**
   * Stores tokens: the response of a token endpoint as an object, or a {@link TokenSet}. If the selected store fails, they
   * are stored in another one that the settings allow, and a notice reports it.
   *
   * - the response has no access token → `invalid-input`, and the old tokens stay
   */
  setToken(service: string, account: string, tokens: TokenSet | object, options?: OperationOptions): Promise<SetResult>;

  /** Removes a credential from every store. Returns the stores that had it. Rejects if a copy can't be removed. */
  delete(service: string, account: string, options?: OperationOptions): Promise<readonly StoreId[]>;

  /**
   * Lists the application's credentials, of one service or of all: sorted, each once. Reads no secrets. In the Keychain,
   * without a service, only those that this user's placement file records.
   */
  list(service?: string, options?: OperationOptions): Promise<readonly ListedCredential[]>;

  /**
   * Moves the application's credentials to a store: copies each, reads it back, and removes it where it was. If the process
   * ends meanwhile, every credential can still be read, and another call completes the move. `keychain` stands for the OS
   * keyring of any system.
   *
   * - the store can't be used → rejects with `keyring-required`, and moves nothing
   * - one credential can't be moved → its outcome is `skipped`, with the reason
   */
  migrate(to: StoreId, options?: MigrateOptions): Promise<readonly MoveReport[]>;

  /**
   * Brings each credential with extra, stale or missing copies into the one store where a read finds it, and returns what it
   * did. Copies that differ stay, unless `keep` names the store whose copy is the right one.
   */
  repair(options?: RepairOptions): Promise<readonly Repair[]>;

  /**
   * Seals the encrypted file with a new passphrase, which `askPassphrase` or the user's variable provides. Resolves
   * `false` if the file doesn't exist. If it fails, or the process ends meanwhile, the old passphrase or the new one opens
   * the file.
   */
  changePassphrase(options?: OperationOptions): Promise<boolean>;

  /** Seals the encrypted file with the home directory instead of a passphrase. Otherwise like `changePassphrase`. */
  removePassphrase(options?: OperationOptions): Promise<boolean>;

  /** Examines every store, for a `doctor` command. Changes nothing, but probes the OS stores as `set` does. */
  report(options?: OperationOptions): Promise<Report>;

  /** Closes connections and clears cached keys. `await using` does this automatically. */
  close(): Promise<void>;
}

export interface OperationOptions {
  /** Cancels the operation, which rejects with `cancelled`. A write has either happened completely or not at all. */
  readonly signal?: AbortSignal;
}

export interface SetOptions extends OperationOptions {
  /** Whether an empty secret may be stored. Default: `false`, because a command or a form that failed returns one. */
  readonly allowEmpty?: boolean;
  /**
   * When the secret stops working: a `Date`, or a text in the format of its `toISOString`. It's recorded beside the store, and
   * `list` and `report` return it. A `get` after it still returns the secret, with the notice `expired`. The past →
   * `invalid-input`.
   */
  readonly expiresAt?: Date | string;
}

/** `undefined` deletes the credential. */
export type NewSecret = Secret | Uint8Array | string | undefined;

export interface UpdateOptions extends SetOptions {
  /** Longest wait for another process that updates the credential and makes no progress. Default: 60,000. */
  readonly limitMs?: number;
}

export interface TokenOptions extends OperationOptions {
  /**
   * Gets new tokens from the server. Returns its response as an object, even one that reports an error, or a
   * {@link TokenSet}. A missing field, such as a refresh token that doesn't rotate, stays as it was. An error that it throws
   * becomes `refresh-failed`, or `refresh-rejected` if its `error` or `code` is `invalid_grant`.
   *
   * Once it was called, only its own signal interrupts it, which is aborted after `limitMs`.
   */
  refresh?(tokens: TokenSet, options: { readonly signal: AbortSignal }): unknown;
  /** An access token that expires within this time is renewed; at most a quarter of its lifetime. Default: 60,000. */
  readonly marginMs?: number;
  /**
   * Renews the token even if it hasn't expired, because the server rejects it, unless the stored one isn't the one
   * that this store has returned last: then another process has renewed it already.
   */
  readonly force?: boolean;
  /** The same for this token, even if this store hasn't returned it. */
  readonly rejected?: string;
  /** Longest time for `refresh`, at most a day. What it returns later is still stored. Default: 30,000. */
  readonly limitMs?: number;
}

export interface MigrateOptions extends OperationOptions {
  /** Moves only this service. Default: all. */
  readonly service?: string;
  /** Whether to report only what would be moved, and to write nothing. Default: `false`. */
  readonly dryRun?: boolean;
}

export interface RepairOptions extends OperationOptions {
  /** If copies differ, the store whose copy stays. `keychain` stands for the OS keyring of any system. */
  readonly keep?: StoreId;
}

/** The store of a new credential, and why the better ones were skipped. */
export interface SetResult {
  readonly store: StoreId;
  /** The stores that were skipped, best first, each with the reason and how to fix it. */
  readonly skipped: readonly SkippedStoreReport[];
  /** Whether there was a credential of that name. */
  readonly replaced: boolean;
  /** Stores that still have an older copy, because it couldn't be removed. */
  readonly stale: readonly StoreId[];
}

/** The current storage of the credentials, the selection of a store for a new one, and the settings. */
export interface Report {
  readonly storage: StorageReport;
  readonly selection: SelectionReport;
  /** Credentials that have expired, or will within 14 days, in the order of expiry. */
  readonly expiring: readonly ExpiringCredential[];
  /** Absolute paths of the encrypted file and of the placement file, which records the store of each credential. */
  readonly files: { readonly credentials: string; readonly placement: string };
  /** Each setting, and whether the user or the application decided it. */
  readonly settings: readonly SettingReport[];
}
