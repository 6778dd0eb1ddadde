import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { damagedError, describeFile, errnoCode, ioError, type ManagedFile, retryWhileBusy } from './file-errors.ts';

export interface ReadOptions {
  /** A larger file is rejected as `file-damaged`. */
  readonly maxBytes: number;
  /** Receives a line if the file's permissions were too loose. Absent: they're restricted without a notice. */
  readonly notice?: (line: string) => void;
}

const posix = process.platform !== 'win32';

/**
 * Returns the text of a file that only the user can read. Bytes that aren't UTF-8 become U+FFFD.
 *
 * - absent → `undefined`; any other problem rejects
 * - a link, a second hard link, another user's file, or anything but a regular file → `file-refused`
 * - group or others can write to it → `file-refused`; they can only read it → their permissions are removed, with a notice
 * - a system call fails → `file-io`
 *
 * All checks use the open descriptor, so the file that is checked is the file that is read. The calls are synchronous,
 * which is faster for a small file.
 */
export function readPrivateFile(file: ManagedFile, options: ReadOptions): Promise<string | undefined> {
  return usePrivateFile(file, options, readText);
}

export interface OpenFile {
  readonly descriptor: number;
  readonly size: number;
  /** Call it to close the descriptor later yourself. */
  keep(): void;
}

export function readText({ descriptor }: OpenFile): string {
  return readFileSync(descriptor, 'utf8');
}

/** Opens and checks the file as {@link readPrivateFile} does, and lets `use` read it. */
export async function usePrivateFile<T>(
  file: ManagedFile,
  options: ReadOptions,
  use: (opened: OpenFile) => T | Promise<T>,
): Promise<T | undefined> {
  const descriptor = await openPrivateFile(file);
  if (descriptor === undefined) return undefined;
  let isKept = false;
  try {
    const size = await checkDescriptor(file, descriptor, options);
    const keep = () => {
      isKept = true;
    };
    return await use({ descriptor, size, keep });
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'read', error);
  } finally {
    if (!isKept) closeQuietly(descriptor);
  }
}

/** A link at the end of the path isn't followed, and opening a FIFO or a terminal doesn't wait. */
const readFlags =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

async function openPrivateFile(file: ManagedFile): Promise<number | undefined> {
  try {
    return await retryWhileBusy(() => {
      if (constants.O_NOFOLLOW === undefined) rejectProblem(file, findProblemAt(file.path));
      return openSync(file.path, readFlags);
    });
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    if (errnoCode(error) === 'ENOENT') return undefined;
    rejectProblem(file, findProblemAt(file.path));
    throw ioError(file, 'read', error);
  }
}

/** Returns the size. */
async function checkDescriptor(
  file: ManagedFile,
  descriptor: number,
  { maxBytes, notice }: ReadOptions,
): Promise<number> {
  const stats = fstatSync(descriptor);
  rejectProblem(file, findProblem(stats));
  if (stats.size > maxBytes) throw damagedError(file, `it is larger than ${maxBytes} bytes`);
  if (posix && (stats.mode & 0o077) !== 0) {
    const { restrictFile } = await import('./permissions.ts');
    restrictFile(file, descriptor, stats, notice);
  }
  return stats.size;
}

/** The file has been read, so a failure doesn't matter. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}

function findProblemAt(path: string): string | undefined {
  try {
    return findProblem(lstatSync(path));
  } catch {
    return undefined;
  }
}

function findProblem(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (stats.isDirectory()) return 'is a folder';
  if (!stats.isFile()) return 'is not a regular file';
  if (posix && stats.uid !== process.geteuid?.()) return `belongs to another user (uid ${stats.uid})`;
  if (stats.nlink > 1) return `has ${stats.nlink} hard links`;
  return undefined;
}

function rejectProblem(file: ManagedFile, problem: string | undefined): void {
  if (problem === undefined) return;
  throw new CredentialError('file-refused', `${describeFile(file)} ${problem}`, {
    hint: 'keystow only uses a regular file of your own there; move this one aside, or choose another folder',
  });
}

/**
 * Examines the folder of a file and the folder above it, which costs two system calls. Unless both are certainly safe, it
 * examines the whole path, as a write does, and throws `file-refused` if another user could have replaced the file.
 *
 * Returns whether others can look into the folder, so that its permissions should be restricted.
 */
export async function isFolderLoose({ path, label }: ManagedFile): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const folder = statIfPossible(dirname(path));
  if (folder === undefined) return false;
  const isSafe = isCertainlySafe(folder) && isCertainlySafe(statIfPossible(dirname(dirname(path))));
  if (!isSafe) (await import('./permissions.ts')).checkPath({ path, label });
  return (folder.mode & 0o077) !== 0;
}

/** A group with the user's number is the user's own: with the umask 0002, it can write to most folders. */
function isCertainlySafe(folder: Stats | undefined): boolean {
  if (folder === undefined) return false;
  const uid = process.geteuid?.();
  const { mode, gid } = folder;
  return (folder.uid === uid || folder.uid === 0) && (mode & 0o002) === 0 && ((mode & 0o020) === 0 || gid === uid);
}

/** A folder that can't be examined is left to the system's error. */
function statIfPossible(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
