import type { KeySource } from '../profile.ts';
import { type EnvelopeHeader, type FileIdentity, findHeaderKeySource } from './envelope.ts';
import type { FileRecord } from './file-record.ts';

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
