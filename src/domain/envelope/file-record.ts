import type { KeySource } from '../profile.ts';
import { type EnvelopeHeader, type FileIdentity, findHeaderKeySource } from './envelope.ts';

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

/** What an encrypted file must be. */
export interface FileRequirements {
  readonly application: string;
  /** The user's setting. */
  readonly keySource: KeySource;
}

/** Why a file is not the expected one. */
export type FileFault =
  /** `since`: what requires the passphrase. */
  | { readonly kind: 'downgraded'; readonly since: 'setting' | 'record' }
  | { readonly kind: 'other-application'; readonly application: string }
  /** Another id, or version 1, which has none. */
  | { readonly kind: 'other-file' }
  | { readonly kind: 'outdated'; readonly counter: number; readonly expected: number };

/** Checks the part of a file that can be read without a key. */
export function findHeaderFault(
  header: EnvelopeHeader,
  { application, keySource }: FileRequirements,
  record: FileRecord | undefined,
): FileFault | undefined {
  if (header.version === 2 && header.application !== application)
    return { kind: 'other-application', application: header.application };
  if (findHeaderKeySource(header) === 'home') {
    if (record?.keySource === 'passphrase') return { kind: 'downgraded', since: 'record' };
    if (keySource === 'passphrase') return { kind: 'downgraded', since: 'setting' };
  }
  const { id } = header as Partial<FileIdentity>;
  return record?.written !== undefined && record.written.id !== id ? { kind: 'other-file' } : undefined;
}

/** Checks the counter of a payload whose header has no fault. A newer file than recorded is fine: a crash can cause it. */
export function findCounterFault(counter: number, record: FileRecord | undefined): FileFault | undefined {
  const expected = record?.written?.counter ?? 0;
  return counter < expected ? { kind: 'outdated', counter, expected } : undefined;
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
