import type { FileRecord, FileRecordUpdate } from '../domain/envelope/file-record.ts';

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
