import { CredentialError } from '../../domain/credential-error.ts';
import { isError } from '../../domain/text/messages.ts';
import { sleep, timers } from '../process/timers.ts';

/** A file that keystow reads and writes. */
export interface ManagedFile {
  /** Absolute. */
  readonly path: string;
  /** What messages call it, such as `encrypted file`. */
  readonly label: string;
}

/** Returns `the encrypted file /home/alice/.config/keystow/credentials.json`. */
export function describeFile({ label, path }: ManagedFile): string {
  return `the ${label} ${path}`;
}

/** `why` completes "… is damaged: ". */
export function damagedError(file: ManagedFile, why: string): CredentialError {
  return new CredentialError('file-damaged', `${describeFile(file)} is damaged: ${why}`, {
    hint: 'restore it from a backup, or move it aside and store the credentials again; keystow does not change it',
  });
}

export function foreignError(file: ManagedFile): CredentialError {
  return new CredentialError('file-foreign', `${describeFile(file)} was written by another program`, {
    hint: 'move it aside, or choose another folder; keystow does not change it',
  });
}

export function laterVersionError(file: ManagedFile, version: number): CredentialError {
  return new CredentialError('file-version', `${describeFile(file)} ${laterVersionProblem(version)}`, {
    hint: 'update this program; keystow does not change the file',
  });
}

/** Completes "the encrypted file …". */
export function laterVersionProblem(version: number): string {
  return `has format version ${version}, which this version of keystow does not support`;
}

/** The file kept changing although the writer held the lock. */
export function contendedError(file: ManagedFile): CredentialError {
  return new CredentialError('file-busy', `${describeFile(file)} is being changed by a program that does not lock it`, {
    hint: 'try again when no other program writes to it',
  });
}

/** A failed system call. */
export function ioError(
  file: ManagedFile,
  action: 'read' | 'written' | 'locked' | 'taken',
  error: unknown,
): CredentialError {
  const hint = hints[errnoCode(error) ?? ''] ?? 'check the path, or choose another folder';
  const message = `${describeFile(file)} cannot be ${action}: ${errnoMessage(error)}`;
  return new CredentialError('file-io', message, { cause: error, hint });
}

const permissionsHint = 'check the owner and the permissions of the file and its folder';
const spaceHint = 'free some disk space and try again; the old file is unchanged';

const hints: Readonly<Record<string, string>> = {
  EACCES: permissionsHint,
  EPERM: permissionsHint,
  ENOTDIR: 'a part of the path is not a folder: check HOME, or choose another folder',
  ENOSPC: spaceHint,
  EDQUOT: spaceHint,
  EROFS: 'the file system is mounted read-only; choose another folder',
};

/** Returns the code of a system error, such as `ENOENT`; `undefined` for any other error. */
export function errnoCode(error: unknown): string | undefined {
  if (!isError(error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  // libuv has no code for an exceeded quota; it only reports the number.
  return /^unknown/i.test(code ?? '') && errno === -getQuotaErrno() ? 'EDQUOT' : code;
}

/** Returns the system's description of an error, such as `no space left on device`. */
export function errnoMessage(error: unknown): string {
  if (errnoCode(error) === 'EDQUOT') return 'disk quota exceeded';
  const message = isError(error) ? error.message : String(error);
  return /^[A-Z0-9]+: (.+?), /.exec(message)?.[1] ?? message;
}

/** Returns the permission bits as `0644`. */
export function formatMode(mode: number): string {
  return `0${(mode & 0o777).toString(8)}`;
}

/** Loads `node:os` only after a failure: a successful read doesn't need it. */
function getQuotaErrno(): number {
  return process.getBuiltinModule('node:os').constants.errno.EDQUOT;
}

/** Shorter than the wait for a lock. */
const busyLimitMs = 2000;

/**
 * Returns whether, on Windows, another program may have the file open: a virus scanner, an indexer, or a reader of a
 * file that is to be replaced. Windows reports the same codes for missing permissions.
 */
export function isBusy(error: unknown): boolean {
  return process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errnoCode(error) ?? '');
}

/** Runs `work`. On Windows, retries it for up to 2 seconds while another program has the file open. */
export async function retryWhileBusy<T>(work: () => T): Promise<T> {
  let start: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      start ??= timers.now();
      if (timers.now() - start >= busyLimitMs) throw error;
    }
    await sleep(5 + Math.random() * 25);
  }
}
