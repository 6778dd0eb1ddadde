import type { KeySource } from '../profile.ts';

/** What an application remembers about its encrypted file, beside it, to notice that another one was put in its place. */
export interface FileRecord {
  /** The least that may protect the file. */
  readonly keySource: KeySource;
  /** The file that was written last. Absent if the user accepted that the file is missing or has version 1. */
  readonly written?: WrittenFile;
}

export interface WrittenFile {
  readonly id: string;
  /** How often this file has been written. */
  readonly counter: number;
}

/** A record to merge into what other processes have recorded meanwhile. */
export interface FileRecordUpdate {
  readonly record: FileRecord;
  /** The file that this one replaces; `any`: the user accepted this file, whatever was recorded. */
  readonly replaces: WrittenFile['id'] | undefined | 'any';
}

/** Merges an update: of the same file, the later write counts. A file that was created meanwhile isn't forgotten. */
export function mergeFileRecord(now: FileRecord | undefined, { record, replaces }: FileRecordUpdate): FileRecord {
  if (replaces === 'any' || now?.written === undefined || record.written === undefined) return record;
  if (now.written.id === record.written.id) return record.written.counter >= now.written.counter ? record : now;
  return now.written.id === replaces ? record : now;
}

/** The stronger of two key sources. */
export function requireBoth(a: KeySource, b: KeySource | undefined): KeySource {
  return a === 'passphrase' || b === 'passphrase' ? 'passphrase' : 'home';
}
