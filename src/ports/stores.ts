import type { KeySource } from '../domain/profile.ts';
import type { CandidateId, StoreId } from '../domain/store-id.ts';
import type { CredentialStore, OperationOptions, StoreProbe } from './credential-store.ts';

/** The stores of this machine. Each is created once, when it is first used. */
export interface Stores {
  /** The OS stores that a selection considers, best first. */
  readonly candidates: readonly CandidateId[];
  /** `forReport`: the result is shown to somebody who wants to know exactly, so it may take more time and code. */
  openProbe(id: CandidateId, options?: { readonly forReport: boolean }): Promise<StoreProbe>;
  /**
   * - the platform has no such store → rejects with `not-installed`
   * - otherwise it neither probes nor connects: a store that does not work fails when it is used
   */
  open(id: StoreId): Promise<CredentialStore>;
  /** Returns whether there is anything at the path of the encrypted file, without opening it. Never rejects. */
  hasFile(): Promise<boolean>;
  /** The key source of the encrypted file, found without opening it. `undefined` if the file doesn't exist. */
  findFileKeySource(): Promise<KeySource | undefined>;
  /**
   * Rejects as a read does if the encrypted file isn't the expected one: replaced, weaker than required, missing, refused.
   * Asks for no passphrase, so it doesn't notice an altered payload.
   */
  checkFile(): Promise<void>;
  /**
   * Rejects with `passphrase-required` if the encrypted file doesn't exist, a new one needs a passphrase, and nobody can be
   * asked for it. Asks nobody.
   */
  checkNewFile(): Promise<void>;
  /**
   * Seals the encrypted file with the home directory or a new passphrase, and replaces it atomically.
   *
   * - the file doesn't exist → `false`
   * - the file cannot be opened → rejects with the error; the file is unchanged
   */
  resealFile(keySource: KeySource, options?: OperationOptions): Promise<boolean>;
  /**
   * Accepts the encrypted file as it is now: an older copy, another one, or none. The next update of the placement file
   * records it. Resolves `false` if the file doesn't exist.
   *
   * - the file cannot be opened, or is weaker than required → rejects with the error
   */
  acceptFile(options?: OperationOptions): Promise<boolean>;
  /**
   * Seals the encrypted file for the current home directory, after `oldHome` was moved or the user was renamed, and accepts
   * it as {@link acceptFile} does. Resolves what opens the file, or `undefined` if it doesn't exist.
   *
   * - neither home directory opens the file → rejects with `file-damaged`
   */
  adoptHome(oldHome: string, options?: OperationOptions): Promise<KeySource | undefined>;
  /**
   * Renames the encrypted file to a backup beside it, without opening it, so that it may be damaged or another program's.
   * Runs `record` with the path of the backup before any other process can create a new file.
   *
   * - the file doesn't exist → `record` runs with `undefined`
   * - another user could have replaced it → rejects with `file-refused`
   */
  setFileAside(record: (backup: string | undefined) => Promise<void>, options?: OperationOptions): Promise<void>;
  /** Closes every store that was created. Never rejects. */
  close(): Promise<void>;
}
