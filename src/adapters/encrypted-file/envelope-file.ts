import { dirname } from 'node:path';
import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type Envelope, type ParsedEnvelope, parseEnvelope } from '../../domain/envelope/envelope.ts';
import { damagedError, describeFile, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { rejectForeignFolder, restrictPermissions } from '../files/folders.ts';
import { type ReadOptions, readPrivateFile } from '../files/read-private-file.ts';
import type { KeyCache } from './key-cache.ts';
import { Payload } from './payload.ts';

export interface EnvelopeFileOptions extends ReadOptions {
  readonly file: ManagedFile;
  readonly home: string;
}

export interface SealedFileOptions extends EnvelopeFileOptions {
  readonly keys: KeyCache;
  readonly random: (bytes: number) => Uint8Array;
}

/** The envelope that stands there; `undefined` when there is no file. Derives nothing. */
export async function readEnvelope({ file, home, ...options }: EnvelopeFileOptions): Promise<Envelope | undefined> {
  rejectForeignFolder(file);
  const text = await readPrivateFile(file, options);
  if (text === undefined) return undefined;
  restrictPermissions(dirname(file.path), home, options.notice);
  const parsed = parseEnvelope(text);
  if (parsed.kind !== 'envelope') throw envelopeError(file, parsed);
  return parsed.envelope;
}

export function parsePayload(file: ManagedFile, bytes: Uint8Array): Payload {
  const payload = Payload.parse(bytes);
  if (payload === undefined) throw damagedError(file, 'what it holds is not a list of credentials');
  return payload;
}

/** Why a text that should be an envelope is none. */
export function envelopeError(
  file: ManagedFile,
  parsed: Exclude<ParsedEnvelope, { kind: 'envelope' }>,
): CredentialError {
  switch (parsed.kind) {
    case 'damaged':
      return damagedError(file, parsed.why);
    case 'foreign':
      return foreignError(file);
    case 'later-version':
      return laterVersionError(file, parsed.version);
    default:
      return assertNever(parsed);
  }
}

/** A file sealed by the home directory, or by a passphrase that opened it before. */
export function alteredError(file: ManagedFile, sealedBy: 'home' | 'passphrase'): CredentialError {
  return damagedError(
    file,
    sealedBy === 'home' ? 'it was altered, or sealed under another home directory' : 'it was altered',
  );
}

/** GCM says only that something does not fit: the passphrase, or the file. */
export function wrongPassphraseError(file: ManagedFile): CredentialError {
  return new CredentialError('wrong-passphrase', `the passphrase does not open ${describeFile(file)}`, {
    hint: 'where the passphrase is certainly right, the file is damaged: restore it from a backup',
  });
}

export function passphraseRequiredError(file: ManagedFile): CredentialError {
  return new CredentialError('passphrase-required', `${describeFile(file)} needs a passphrase, and none was given`);
}

export function derivationError(file: ManagedFile, cause: unknown): CredentialError {
  return new CredentialError('failed', `the key of ${describeFile(file)} cannot be derived: ${String(cause)}`, {
    cause,
  });
}

export function tooLargeError(file: ManagedFile, maxFileBytes: number): CredentialError {
  return new CredentialError('too-large', `${describeFile(file)} would become larger than ${maxFileBytes} bytes`);
}
