import { CredentialError } from '../../domain/credential-error.ts';
import { createUnicodeRegExp } from '../../domain/text/messages.ts';

/** A file of keystow's, and what people call it. */
export interface ManagedFile {
  /** Absolute. */
  readonly path: string;
  /** Such as `encrypted file`: comes after "the". */
  readonly label: string;
}

/** `the encrypted file /home/alice/.config/keystow/credentials.json` */
export function describeFile({ label, path }: ManagedFile): string {
  return `the ${label} ${replaceControls(path)}`;
}

/** A file that is kept as it is, because nobody can tell what it held. `why` follows a colon. */
export function damagedError(file: ManagedFile, why: string): CredentialError {
  return new CredentialError('file-damaged', `${describeFile(file)} is damaged: ${why}`, {
    hint: 'restore it from a backup, or move it aside and sign in again; keystow leaves it as it is',
  });
}

export function foreignError(file: ManagedFile): CredentialError {
  return new CredentialError('file-foreign', `${describeFile(file)} was written by another program`, {
    hint: 'move it aside, or choose another folder; keystow leaves it as it is',
  });
}

export function laterVersionError(file: ManagedFile, version: number): CredentialError {
  return new CredentialError(
    'file-version',
    `${describeFile(file)} has version ${version} of its format, and 1 is known`,
    {
      hint: 'update the program; keystow leaves the file as it is',
    },
  );
}

/** A writer gives up: each time the lock was no protection. */
export function contendedError(file: ManagedFile): CredentialError {
  return new CredentialError('file-busy', `${describeFile(file)} is changed by something that does not lock it`, {
    hint: 'try again when no other program writes to it',
  });
}

/** The operating system's refusal as `file-io`. */
export function ioError(file: ManagedFile, doing: 'read' | 'written' | 'locked', error: unknown): CredentialError {
  const hint = hints[errnoCode(error) ?? ''] ?? 'check that the path can be used, or choose another folder';
  const message = `${describeFile(file)} cannot be ${doing}: ${errnoMessage(error)}`;
  return new CredentialError('file-io', message, { cause: error, hint });
}

const permissionsHint = 'check who owns the file and its folder, and their permissions';
const spaceHint = 'free some space and try again; what was kept before is untouched';

const hints: Readonly<Record<string, string>> = {
  EACCES: permissionsHint,
  EPERM: permissionsHint,
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: spaceHint,
  EDQUOT: spaceHint,
  EROFS: 'the file system is mounted read-only; choose another folder',
};

/** The system's name of an error, such as `ENOENT`; `undefined` for anything that is not a system error. */
export function errnoCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  // libuv has no name for a full quota and reports only its number.
  return /^unknown/i.test(code ?? '') && errno === -quotaErrno() ? 'EDQUOT' : code;
}

/** The system's words for an error, such as `no space left on device`. */
export function errnoMessage(error: unknown): string {
  if (errnoCode(error) === 'EDQUOT') return 'disk quota exceeded';
  const message = error instanceof Error ? error.message : String(error);
  return replaceControls(/^[A-Z0-9]+: (.+?), /.exec(message)?.[1] ?? message);
}

/** A path or another text on one line: a name may hold newlines and escape sequences. */
export function replaceControls(text: string): string {
  return text.replace(createUnicodeRegExp('\\p{Cc}'), '?');
}

/** Asked for when it is needed: a read does not load the module. */
function quotaErrno(): number {
  return process.getBuiltinModule('node:os').constants.errno.EDQUOT;
}
