import { chmodSync, existsSync, mkdirSync, rmdirSync, type Stats, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { describeFile, errnoCode, errnoMessage, formatMode, ioError, type ManagedFile } from './file-errors.ts';

/** Throws `file-refused` if the file's folder belongs to another user, who could replace everything in it. */
export function rejectForeignFolder(file: ManagedFile): void {
  const stats = statFolder(dirname(file.path));
  if (stats === undefined || !isForeign(stats)) return;
  throw new CredentialError('file-refused', `${describeFile(file)} is in a folder of another user (uid ${stats.uid})`, {
    hint: 'run this command as that user, or choose another folder',
  });
}

/**
 * Sends a notice for each folder, from the file's own up to the root, that another user can write to. They can't read
 * the file, but they can delete it or put back an older copy.
 *
 * A sticky folder is safe. So is one that only the user's private group can write to: its group ID equals the user ID.
 */
export function warnAboutWritableFolders(file: ManagedFile, notice: (line: string) => void): void {
  for (let folder = dirname(resolve(file.path)); ; folder = dirname(folder)) {
    const stats = statFolder(folder);
    if (stats && isWritableByOthers(stats)) {
      const described = `the folder ${folder} (permissions ${formatMode(stats.mode)})`;
      notice(`other users can write to ${described}, so they can replace the ${file.label}`);
    }
    if (folder === dirname(folder)) return;
  }
}

/** Root doesn't count: it can do anything anyway. */
function isForeign({ uid }: Stats): boolean {
  return uid !== process.geteuid?.() && uid !== 0;
}

function isWritableByOthers(stats: Stats): boolean {
  if (isForeign(stats)) return true;
  const [group, others, sticky] = [stats.mode & 0o020, stats.mode & 0o002, stats.mode & 0o1000];
  return sticky === 0 && (others !== 0 || (group !== 0 && stats.gid !== process.geteuid?.()));
}

/** Returns `undefined` if the folder is absent or inaccessible, and on Windows, which has no such owners. */
function statFolder(folder: string): Stats | undefined {
  if (process.geteuid === undefined) return undefined;
  try {
    return statSync(folder);
  } catch {
    return undefined;
  }
}

/**
 * Removes a folder's permissions for group and others, and sends a notice.
 *
 * A folder that isn't keystow's own stays as it is: the home directory or one above it, a folder directly under the
 * root, another user's, or a shared (sticky) one. The file in it has mode 0600 anyway.
 */
export function restrictPermissions(folder: string, home: string, notice: (line: string) => void): void {
  if (process.platform === 'win32' || dirname(folder) === dirname(dirname(folder)) || contains(folder, home)) return;
  const described = `the folder ${folder}`;
  let permissions = 'unknown permissions';
  try {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats === undefined || (stats.mode & 0o077) === 0) return;
    if (stats.uid !== process.geteuid?.() || (stats.mode & 0o1000) !== 0) return;
    permissions = `permissions ${formatMode(stats.mode)}`;
    chmodSync(folder, 0o700);
    notice(`${described} had ${permissions}; they are 0700 now`);
  } catch (error) {
    notice(`${described} has ${permissions}; changing them failed: ${errnoMessage(error)}`);
  }
}

function contains(folder: string, home: string): boolean {
  if (home === '') return false;
  const path = relative(resolve(folder), resolve(home));
  return path !== '..' && !path.startsWith('../');
}

/** Creates the file's folder and the missing ones above it, mode 0700. Returns the new ones, innermost first. */
export function createParentFolders(file: ManagedFile): readonly string[] {
  try {
    return createFolders(dirname(file.path));
  } catch (error) {
    throw ioError(file, 'written', error);
  }
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
  // The umask may have removed the owner's permissions too.
  if (process.platform !== 'win32') chmodSync(folder, 0o700);
  return [folder];
}

/** Removes folders, given innermost first, up to the first one that isn't empty. */
export function removeEmptyFolders(folders: Iterable<string>): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // Not empty.
  }
}
