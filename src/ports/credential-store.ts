import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { StoreId } from '../domain/store-id.ts';

/**
 * A place that keeps credentials. Every adapter passes the one suite in test/contract.
 *
 * Each method may reject with a `CredentialError`; the code is a `Reason` where an OS store does not serve, and a
 * `file-…`, `wrong-passphrase` or `passphrase-required` for the encrypted file. Common to all methods:
 *
 * - name not made by `credentialName` (NUL, ill-formed, empty, too long) → `invalid-name`, and nothing is touched
 * - `signal` aborted before or during the operation → `cancelled`
 * - locked and non-interactive → `locked` at once; interactive, the store may ask and the operation waits for the answer
 * - no answer within the store's limit → `timed-out`, which says nothing of whether the credential exists
 * - anything that the adapter does not know → `failed`, with the platform's words in the message
 *
 * No message, cause or other property of an error holds the secret.
 */
export interface CredentialStore {
  readonly id: StoreId;

  /** `all`: {@link list} can name every credential of the store. `by-service`: only those of a service it is given. */
  readonly listing: 'all' | 'by-service';

  /**
   * - kept → the exact bytes that were set, the empty secret included
   * - certainly not kept → `undefined`
   * - cannot be told (locked, hung, damaged, denied) → rejects; a failure is never `undefined`
   * - several items of the store match and none is keystow's own → `ambiguous`
   */
  get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined>;

  /**
   * - absent → created; kept → replaced; resolves when a later `get`, in any process, gives these bytes
   * - fails or is killed half-way → a later `get` gives the old secret or the new one, never neither and never a mixture
   * - two writers at once → one of the two secrets stays, whole
   * - any number of bytes from 0 to 1 MiB, whatever the platform's own limit for one item
   * - larger than the store can keep → `too-large`, the old secret stays
   */
  set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void>;

  /**
   * - kept → removed, with every piece and duplicate of it; resolves `true`
   * - certainly not kept → resolves `false`
   * - kept but cannot be removed, or cannot be told → rejects; never `false`
   */
  delete(name: CredentialName, options?: OperationOptions): Promise<boolean>;

  /**
   * - the names kept, sorted, each once, without reading a secret where the platform allows that
   * - `service` given → those whose service is exactly that
   * - `service` absent, and {@link listing} is `by-service` → rejects with `invalid-input`
   * - nothing kept → `[]`; cannot be told → rejects, never a part
   */
  list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]>;

  /** Lets go of connections. The store is not used afterwards. Never rejects; a second call does nothing. */
  close(): Promise<void>;
}

export interface OperationOptions {
  readonly signal?: AbortSignal;
}
