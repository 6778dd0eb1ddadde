import * as fs from 'node:fs';
import { chmodSync, type Stats, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { describeFile, errnoCode, errnoMessage, ioError, type ManagedFile, replaceControls } from './file-errors.ts';

/** Rejects with `file-refused` where the folder of `file` is another user's, who could exchange everything in it. */
export function rejectForeignFolder(file: ManagedFile): void {
  const stats = statIfKnown(dirname(file.path));
  if (stats === undefined || !isForeign(stats)) return;
  throw new CredentialError('file-refused', `${describeFile(file)} is in a folder of another user (uid ${stats.uid})`, {
    hint: 'run this as that user, or choose another folder',
  });
}

/**
 * Names each folder, from the one of `file` up to the root, that somebody else may write to: they cannot read what the
 * file holds, but take it away, or put back an older one that they took. Not one that is sticky, nor one of a group that
 * is the user's own (whose number is then the user's).
 */
export function warnAboutWritableFolders(file: ManagedFile, notice: (line: string) => void): void {
  for (let folder = dirname(resolve(file.path)); ; folder = dirname(folder)) {
    const stats = statIfKnown(folder);
    if (stats && isWritableByOthers(stats)) {
      const mode = `0${(stats.mode & 0o777).toString(8)}`;
      notice(
        `others may write to the folder ${replaceControls(folder)} (permissions ${mode}), and so replace the ${file.label}`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}

function isWritableByOthers(stats: Stats): boolean {
  if (isForeign(stats)) return true;
  const [group, others, sticky] = [stats.mode & 0o020, stats.mode & 0o002, stats.mode & 0o1000];
  return sticky === 0 && (others !== 0 || (group !== 0 && stats.gid !== process.geteuid?.()));
}

/** Root can do everything anyway. */
function isForeign({ uid }: Stats): boolean {
  return uid !== process.geteuid?.() && uid !== 0;
}

/** `undefined` where there is none, or the system does not say, or has no such owners. */
function statIfKnown(folder: string): Stats | undefined {
  if (process.geteuid === undefined) return undefined;
  try {
    return statSync(folder);
  } catch {
    return undefined;
  }
}

/**
 * Takes a folder's permissions for group and others away, with a notice. A folder that is plainly not keystow's own is
 * left alone: the home directory or one above it, one directly under the root, another owner's, or a shared (sticky)
 * one. The file in it is 0600 whatever the folder is.
 */
export function restrictPermissions(folder: string, home: string, notice: (line: string) => void): void {
  if (process.platform === 'win32' || dirname(folder) === dirname(dirname(folder)) || contains(folder, home)) return;
  let loose = `the folder ${replaceControls(folder)} may have loose permissions`;
  try {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats === undefined || (stats.mode & 0o077) === 0) return;
    if (stats.uid !== process.geteuid?.() || (stats.mode & 0o1000) !== 0) return;
    loose = `the folder ${replaceControls(folder)} had permissions 0${(stats.mode & 0o777).toString(8)}`;
    chmodSync(folder, 0o700);
    notice(`${loose}; they are 0700 now`);
  } catch (error) {
    notice(`${loose}, and they cannot be changed: ${errnoMessage(error)}`);
  }
}

function contains(folder: string, home: string): boolean {
  if (home === '') return false;
  const way = relative(resolve(folder), resolve(home));
  return way !== '..' && !way.startsWith('../');
}

/** Creates the folder of `file`, and those above it, mode 0700. Gives those that were not there. */
export function createParentFolders(file: ManagedFile): readonly string[] {
  try {
    return createFolders(dirname(file.path));
  } catch (error) {
    throw ioError(file, 'written', error);
  }
}

/** How often it is tried where the parent comes and goes: every process makes it that needs it, and removes it unused. */
const maxTries = 10;

// Node's own `recursive` tries for ever where a folder's parent exists and it cannot be made all the same, as in /proc.
function createFolders(folder: string, tries = 1): string[] {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (errnoCode(error) === 'EEXIST') return [];
    if (
      errnoCode(error) !== 'ENOENT' ||
      // Stryker disable next-line ConditionalExpression: only a missing drive of Windows is its own parent
      parent === folder ||
      tries === maxTries
    )
      throw error;
    // Where it is there now, somebody else has made it.
    const above = fs.existsSync(parent) ? [] : createFolders(parent);
    try {
      return [...createFolders(folder, tries + 1), ...above];
    } catch (failure) {
      removeEmptyFolders(above);
      throw failure;
    }
  }
  // The umask can only have taken bits away, the owner's too.
  if (process.platform !== 'win32') fs.chmodSync(folder, 0o700);
  return [folder];
}

/** Removes folders, of which the innermost comes first, up to one in which something is kept. */
export function removeEmptyFolders(folders: Iterable<string>): void {
  try {
    for (const folder of folders) fs.rmdirSync(folder);
  } catch {
    // What is not empty stays.
  }
}
