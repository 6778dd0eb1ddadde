import { CredentialError } from '../../domain/credential-error.ts';
import { errnoOf, printable, wordsOf } from './errno.ts';

/** A file of keystow's, and what people call it. */
export interface KeptFile {
  /** Absolute. */
  readonly path: string;
  /** Such as `encrypted file`: comes after "the". */
  readonly what: string;
}

/** `the encrypted file /home/alice/.config/keystow/credentials.json` */
export function named({ what, path }: KeptFile): string {
  return `the ${what} ${printable(path)}`;
}

/** A file that is kept as it is, because nobody can tell what it held. `why` follows a colon. */
export function damagedError(file: KeptFile, why: string): CredentialError {
  return new CredentialError('file-damaged', `${named(file)} is damaged: ${why}`, {
    hint: 'restore it from a backup, or move it aside and sign in again; keystow leaves it as it is',
  });
}

export function foreignError(file: KeptFile): CredentialError {
  return new CredentialError('file-foreign', `${named(file)} was written by another program`, {
    hint: 'move it aside, or choose another folder; keystow leaves it as it is',
  });
}

export function laterVersionError(file: KeptFile, version: number): CredentialError {
  return new CredentialError('file-version', `${named(file)} has version ${version} of its format, and 1 is known`, {
    hint: 'update the program; keystow leaves the file as it is',
  });
}

/** A writer gives up: each time the lock was no protection. */
export function keepsChanging(file: KeptFile): CredentialError {
  return new CredentialError('file-busy', `${named(file)} is changed by something that does not lock it`, {
    hint: 'try again when no other program writes to it',
  });
}

/** The operating system's refusal as `file-io`. */
export function ioError(file: KeptFile, doing: 'read' | 'written' | 'locked', error: unknown): CredentialError {
  const hint = hints[errnoOf(error) ?? ''] ?? 'check that the path can be used, or choose another folder';
  const message = `${named(file)} cannot be ${doing}: ${wordsOf(error)}`;
  return new CredentialError('file-io', message, { cause: error, hint });
}

const owner = 'check who owns the file and its folder, and their permissions';
const space = 'free some space and try again; what was kept before is untouched';

const hints: Readonly<Record<string, string>> = {
  EACCES: owner,
  EPERM: owner,
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: space,
  EDQUOT: space,
  EROFS: 'the file system is mounted read-only; choose another folder',
};
