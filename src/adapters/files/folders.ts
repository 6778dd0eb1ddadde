import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { describeFile, errnoCode, errnoMessage, ioError, type ManagedFile } from './file-errors.ts';
import { checkPath, folderFlags } from './permissions.ts';

/**
 * Creates the file's folder and the missing ones above it, mode 0700. Returns the new ones, innermost first. Throws
 * `file-refused`, and creates nothing, if another user could replace them: see {@link checkPath}.
 */
export function createParentFolders(file: ManagedFile): readonly string[] {
  checkPath(file);
  try {
    return createFolders(dirname(file.path));
  } catch (error) {
    const isRefused = ['EACCES', 'EPERM', 'ENOTDIR'].includes(errnoCode(error) ?? '');
    throw isRefused ? notCreatableError(file, error) : ioError(file, 'written', error);
  }
}

/** Throws as {@link createParentFolders} or a write would if the file's folder can't be written to or created. Changes nothing. */
export function checkFolderWritable(file: ManagedFile): void {
  checkPath(file);
  let folder = dirname(file.path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    // Windows would say that nothing exists below a file.
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw folder === dirname(file.path) ? ioError(file, 'written', error) : notCreatableError(file, error);
  }
}

function notCreatableError(file: ManagedFile, error: unknown): CredentialError {
  let folder = dirname(file.path);
  while (dirname(folder) !== folder && !existsSync(dirname(folder))) folder = dirname(folder);
  const why = `the folder ${folder} does not exist and cannot be created: ${errnoMessage(error)}`;
  const hint = 'set HOME to a folder of this user, or choose another folder';
  return new CredentialError('file-io', `${describeFile(file)} cannot be written: ${why}`, { cause: error, hint });
}

/** Other processes may create and remove the same parent folder meanwhile. */
const maxAttempts = 10;

// Not mkdir's `recursive`: Node retries forever if the parent exists but doesn't allow new folders, as in /proc.
function createFolders(folder: string, attempt = 1): string[] {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (errnoCode(error) === 'EEXIST') return [];
    if (
      errnoCode(error) !== 'ENOENT' ||
      // Stryker disable next-line ConditionalExpression: only a missing drive of Windows is its own parent
      parent === folder ||
      attempt === maxAttempts
    )
      throw error;
    // If it exists now, another process has created it.
    const parents = existsSync(parent) ? [] : createFolders(parent);
    try {
      return [...createFolders(folder, attempt + 1), ...parents];
    } catch (failure) {
      removeEmptyFolders(parents);
      throw failure;
    }
  }
  if (process.platform !== 'win32') grantOwner(folder);
  return [folder];
}

/** Gives a new folder the mode 0700: the umask may have removed the owner's permissions too. */
function grantOwner(folder: string): void {
  const { mode, uid } = lstatSync(folder);
  if ((mode & 0o777) === 0o700) return;
  let descriptor: number;
  try {
    descriptor = openSync(folder, folderFlags);
  } catch (error) {
    // It can't be opened without the owner's permissions. Nobody else can have replaced it: see checkPath.
    if (errnoCode(error) !== 'EACCES' || uid !== process.geteuid?.()) throw error;
    chmodSync(folder, 0o700);
    return;
  }
  try {
    if (fstatSync(descriptor).uid === process.geteuid?.()) fchmodSync(descriptor, 0o700);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes folders, given innermost first, up to the first one that isn't empty. */
export function removeEmptyFolders(folders: Iterable<string>): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // Not empty.
  }
}
