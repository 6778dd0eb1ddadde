import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { ParsedEnvelope } from '../../domain/envelope/envelope.ts';
import { damagedError, foreignError, type KeptFile, laterVersionError, named } from '../files/file-errors.ts';

/** Why a text that should be an envelope is none. */
export function notAnEnvelope(file: KeptFile, parsed: Exclude<ParsedEnvelope, { kind: 'envelope' }>): CredentialError {
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
export function notAuthentic(file: KeptFile, sealedBy: 'home' | 'passphrase'): CredentialError {
  return damagedError(
    file,
    sealedBy === 'home' ? 'it was altered, or sealed under another home directory' : 'it was altered',
  );
}

/** GCM says only that something does not fit: the passphrase, or the file. */
export function wrongPassphrase(file: KeptFile): CredentialError {
  return new CredentialError('wrong-passphrase', `the passphrase does not open ${named(file)}`, {
    hint: 'where the passphrase is certainly right, the file is damaged: restore it from a backup',
  });
}

export function noPassphrase(file: KeptFile): CredentialError {
  return new CredentialError('passphrase-required', `${named(file)} needs a passphrase, and none was given`);
}

export function notDerived(file: KeptFile, cause: unknown): CredentialError {
  return new CredentialError('failed', `the key of ${named(file)} cannot be derived: ${String(cause)}`, { cause });
}

export function tooLarge(file: KeptFile, maxFileBytes: number): CredentialError {
  return new CredentialError('too-large', `${named(file)} would become larger than ${maxFileBytes} bytes`);
}
