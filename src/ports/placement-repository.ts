import type { CredentialName } from '../domain/credential-name.ts';
import type { FileRecord, FileRecordUpdate } from '../domain/envelope/file-record.ts';
import type { PlacementIndex } from '../domain/placement/placement-index.ts';

/**
 * The placement file, shared by all processes of the user. Losing it loses no credential: a read then searches the stores.
 */
export interface PlacementRepository extends FileMemory {
  /**
   * - never written → an empty index, `absent`
   * - damaged, refused, unreadable, another program's, or of a later version → an empty index, `damaged`, and `why`
   * - `only` → the index has no entry but this credential's, which is faster
   * - never rejects
   */
  read(only?: CredentialName): Promise<PlacementSnapshot>;

  /**
   * Passes the current index to `change`, and writes what it returns. `change` may be called more than once, so it has no
   * effects. With `only`, `change` reads and changes no entry but this credential's. It may get an index without the
   * others; they stay.
   *
   * - many processes at the same time → every change is kept
   * - `change` returns the index that it was passed, and no write of the encrypted file is to be recorded → nothing is
   *   written
   * - damaged → `change` gets an empty index, and the result replaces the damaged file
   * - fails or is killed half-way → the old file stays
   * - a later version's → `file-version`; another program's → `file-foreign`; a link, another user's, or writable by
   *   others → `file-refused`; nothing is written
   * - the system fails to write → `file-io`; another process holds the lock for too long → `file-busy`
   */
  update(change: (placement: PlacementIndex) => PlacementIndex, only?: CredentialName): Promise<void>;

  /** Rejects as {@link update} does if the file may not be replaced, or its folder can't be written to. Changes nothing. */
  checkWritable(): Promise<void>;
}

export interface PlacementSnapshot {
  readonly placement: PlacementIndex;
  /** The record of the encrypted file. */
  readonly file?: FileRecord;
  /** `damaged`: the file exists, but nothing in it can be used. */
  readonly state: 'intact' | 'absent' | 'damaged';
  /** Why the file can't be used. Continues "the placement file …". */
  readonly why?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/**
 * What the application remembers about its encrypted file. It's kept in the placement file, and losing it costs nothing:
 * then any file of the application is accepted.
 */
export interface FileMemory extends FileRecall {
  /** Notes a write. The next update of the placement file records it. */
  rememberFile(update: FileRecordUpdate): void;

  /** Records a write that no update of the placement file has recorded. Never rejects: then the older record stays. */
  flushFile(): Promise<void>;
}

/** The part of {@link FileMemory} that a read uses. */
export interface FileRecall {
  /**
   * Returns the record that was last read in this process; `fresh` reads it again.
   *
   * - nothing is recorded, or the placement file can't be used → `undefined`
   * - never rejects
   */
  recallFile(fresh?: boolean): Promise<FileRecord | undefined>;

  /** Returns whether credentials are recorded to be in the file. */
  expectsFile(): Promise<boolean>;
}
