import type { KeySource } from '../domain/profile.ts';
import type { CandidateId, StoreId } from '../domain/store-id.ts';
import type { CredentialStore, OperationOptions } from './credential-store.ts';
import type { StoreProbe } from './store-probe.ts';

/**
 * The stores of this machine, each made when it is first asked for and only once.
 *
 * - `open` of a store that this platform does not have → rejects with `not-installed`
 * - `open` neither probes nor connects: a store that does not serve says so when it is used
 */
export interface Stores {
  /** The OS stores to consider, best first. */
  readonly candidates: readonly CandidateId[];
  openProbe(id: CandidateId): Promise<StoreProbe>;
  open(id: StoreId): Promise<CredentialStore>;
  /** How the encrypted file that exists is sealed, without opening it; `undefined` where there is none. */
  findFileKeySource(): Promise<KeySource | undefined>;
  /**
   * Seals the encrypted file anew, by the home directory or by a new passphrase, in one replacement.
   *
   * - there is none → `false`
   * - it does not open → rejects with its error, and stays as it is
   */
  resealFile(seal: KeySource, options?: OperationOptions): Promise<boolean>;
  /** Closes every store that was made. Never rejects. */
  close(): Promise<void>;
}
