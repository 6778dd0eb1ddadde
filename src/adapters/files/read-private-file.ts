import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CredentialError } from '../../domain/credential-error.ts';
import {
  damagedError,
  describeFile,
  errnoCode,
  errnoMessage,
  formatMode,
  ioError,
  type ManagedFile,
} from './file-errors.ts';
import { retryWhileBusy } from './retry-while-busy.ts';

export interface ReadOptions {
  /** A larger file is rejected as `file-damaged`. */
  readonly maxBytes: number;
  /** Receives a line if the file's permissions were too loose. */
  notice(line: string): void;
}

const posix = process.platform !== 'win32';

/**
 * Returns the text of a file that only the user can read. Bytes that aren't UTF-8 become U+FFFD.
 *
 * - absent → `undefined`; any other problem rejects
 * - a link, a second hard link, another user's file, or anything but a regular file → `file-refused`
 * - permissions for group or others → removed, with a notice
 * - a system call fails → `file-io`
 *
 * All checks use the open descriptor, so the file that is checked is the file that is read. The calls are synchronous,
 * which is faster for a small file.
 */
export async function readPrivateFile(file: ManagedFile, options: ReadOptions): Promise<string | undefined> {
  const descriptor = await openPrivateFile(file);
  if (descriptor === undefined) return undefined;
  try {
    return readDescriptor(file, descriptor, options);
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'read', error);
  } finally {
    closeQuietly(descriptor);
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

function readDescriptor(file: ManagedFile, descriptor: number, { maxBytes, notice }: ReadOptions): string {
  const stats = fstatSync(descriptor);
  rejectProblem(file, findProblem(stats));
  if (stats.size > maxBytes) throw damagedError(file, `it is larger than ${maxBytes} bytes`);
  if (posix && (stats.mode & 0o077) !== 0) restrictFilePermissions(file, descriptor, stats.mode, notice);
  return readFileSync(descriptor, 'utf8');
}

/** The text has been read, so a failure doesn't matter. */
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

function restrictFilePermissions(
  file: ManagedFile,
  descriptor: number,
  mode: number,
  notice: ReadOptions['notice'],
): void {
  const permissions = `permissions ${formatMode(mode)}`;
  try {
    fchmodSync(descriptor, 0o600);
    notice(`${describeFile(file)} had ${permissions}; they are 0600 now`);
  } catch (error) {
    const reason = errnoMessage(error);
    notice(`${describeFile(file)} has ${permissions}, so other users can read it; changing them failed: ${reason}`);
  }
}
