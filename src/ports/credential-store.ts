import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { ProbeResult } from '../domain/selection/probe-result.ts';
import type { CandidateId, StoreId } from '../domain/store-id.ts';

/**
 * A store that holds credentials. Every adapter passes the contract suite in test/contract.
 *
 * Each method may reject with a `CredentialError`. Its code is a `Reason` if an OS store does not work, and `file-…`,
 * `wrong-passphrase` or `passphrase-required` for the encrypted file. All methods:
 *
 * - the name is not valid for `toCredentialName` (NUL, ill-formed, empty service, too long) → `invalid-name`; nothing is changed
 * - `signal` is aborted before or during the operation → `cancelled`
 * - the store is locked: non-interactive → `locked` immediately; interactive → the store may prompt, and the operation
 *   waits for the answer
 * - the store does not answer within its limit → `timed-out`, which never means that the credential is absent
 * - any error that the adapter does not know → `failed`, with the platform's message
 *
 * No message, cause or other property of an error contains the secret.
 */
export interface CredentialStore {
  readonly id: StoreId;

  /** What {@link list} can list: every credential of the store, or only those of a given service. */
  readonly listing: 'all' | 'by-service';

  /**
   * - present → the exact bytes that were set, including the empty secret
   * - certainly absent → `undefined`
   * - unknown (locked, timed out, damaged, denied) → rejects; a failure is never `undefined`
   * - only another program's item matches → absent; with `onForeignItem` → its secret
   * - several items match, and it isn't certain which is the right one → `ambiguous`
   */
  get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined>;

  /**
   * - absent → created; present → replaced; resolves when a later `get` in any process returns these bytes
   * - another program's item matches → it stays as it is, and keystow's own is created beside it
   * - fails or is killed half-way → a later `get` returns the old secret or the new one, never nothing, never a mixture
   * - two writers at the same time → one of the two secrets is there, complete
   * - any number of bytes from 0 to 1 MiB works, whatever the platform's limit for one item
   * - larger than the store's limit → `too-large`; the old secret stays
   */
  set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void>;

  /**
   * - present → removed, with all its chunks and duplicates; resolves `true`
   * - certainly absent → resolves `false`
   * - present but not removable, or unknown → rejects; never `false`
   * - another program's item matches → it stays, and doesn't count as present
   */
  delete(name: CredentialName, options?: OperationOptions): Promise<boolean>;

  /**
   * - the names in the store, sorted, each once; no secret is read if the platform allows that
   * - `service` is given → the names with exactly that service
   * - `service` is missing, and {@link listing} is `by-service` → rejects with `invalid-input`
   * - the store is empty → `[]`; unknown → rejects; never a part of the list
   */
  list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]>;

  /** Closes connections. The store is not used afterwards. Never rejects. A second call does nothing. */
  close(): Promise<void>;
}

/** A store that a program brings along. It passes the contract too: see `keystow/testing/contract`. */
export interface CustomStore extends CredentialStore {
  /** `custom`, or the store whose place it takes. */
  readonly id: Exclude<StoreId, 'file'>;
  /** Finds out whether it is usable. Absent: it always is. See {@link StoreProbe}. */
  probe?(options?: OperationOptions): Promise<ProbeResult>;
  /** Whether its credentials are lost with the process. Then nothing else is written to disk, either. Default: `false`. */
  readonly isEphemeral?: boolean;
}

export interface OperationOptions {
  readonly signal?: AbortSignal;
  /**
   * Called once if `get` read another program's item, because keystow has no item of its own, or if `delete` left one.
   * Only in the Secret Service can another program's item match.
   */
  onForeignItem?(): void;
  /**
   * Called if `list` left out items that are locked, while others aren't, and nobody can be asked to unlock them. Without it,
   * `list` rejects with `locked`.
   */
  onLockedItems?(count: number): void;
  /** Called if `set` found a credential of that name, before or after it was replaced. */
  onReplaced?(): void;
}

/**
 * Finds out whether an OS store is usable. Looks without writing first. If that succeeds, writes a sentinel under the
 * application's service and a random account, reads it back and deletes it.
 *
 * - the sentinel was read back and deleted → `usable`, with how long the store keeps credentials
 * - this machine has no such store → `unsupported`, with the reason
 * - the store does not work → `service-failure`, with the reason: another secret was read back → `round-trip-mismatch`;
 *   an error that the adapter does not know → `failed`, with the platform's message as evidence
 * - the store is locked: non-interactive → `locked` immediately; interactive → the store may prompt, and the probe waits
 *   for the answer
 * - the store does not answer within its limit → `timed-out`
 * - in all cases, no sentinel stays in the store, and nothing keeps running
 *
 * Rejects only with `cancelled`, if `signal` is aborted.
 */
export interface StoreProbe {
  readonly id: CandidateId;
  probe(options?: OperationOptions): Promise<ProbeResult>;
}
