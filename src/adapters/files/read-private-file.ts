import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { CredentialError } from '../../domain/credential-error.ts';
import { damagedError, describeFile, errnoCode, errnoMessage, ioError, type ManagedFile } from './file-errors.ts';
import { retryWhileBusy } from './retry-while-busy.ts';

export interface ReadOptions {
  /** Largest file that is read. Beyond → `file-damaged`. */
  readonly maxBytes: number;
  /** Hears that loose permissions were tightened. */
  notice(line: string): void;
}

const posix = process.platform !== 'win32';

/**
 * The text of a file that is nobody else's. What is not UTF-8 in it reads U+FFFD.
 *
 * - absent → `undefined`, and absent only: any other trouble rejects
 * - a link, a second hard link, another owner, or no plain file → `file-refused`
 * - permissions for group or others → taken away, with a notice
 * - the system does not open or read it → `file-io`
 *
 * Everything is asked of one open file, so what is looked at is what is read. Synchronously, because a small file comes
 * 2 ms sooner than by promises, of 30 ms for a program that reads one secret; a turn of the event loop lets everything
 * else of the process go on.
 */
export async function readPrivateFile(file: ManagedFile, options: ReadOptions): Promise<string | undefined> {
  await new Promise((done) => setImmediate(done));
  const descriptor = await openPrivateFile(file);
  if (descriptor === undefined) return undefined;
  try {
    return readOpen(file, descriptor, options);
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'read', error);
  } finally {
    closeQuietly(descriptor);
  }
}

/** What was read was read, whatever the system says to the close. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}

function readOpen(file: ManagedFile, descriptor: number, options: ReadOptions): string {
  const stats = fstatSync(descriptor);
  rejectFault(file, findFault(stats));
  if (stats.size > options.maxBytes) throw damagedError(file, `it is larger than ${options.maxBytes} bytes`);
  if (posix && (stats.mode & 0o077) !== 0) restrictFilePermissions(file, descriptor, stats.mode & 0o777, options);
  return readFileSync(descriptor, 'utf8');
}

async function openPrivateFile(file: ManagedFile): Promise<number | undefined> {
  try {
    return await retryWhileBusy(() => {
      if (constants.O_NOFOLLOW === undefined) rejectFault(file, findFaultAt(file.path));
      return openSync(file.path, readingFlags);
    });
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    if (errnoCode(error) === 'ENOENT') return undefined;
    rejectFault(file, findFaultAt(file.path));
    throw ioError(file, 'read', error);
  }
}

function findFaultAt(path: string): string | undefined {
  try {
    return findFault(lstatSync(path));
  } catch {
    return undefined;
  }
}

function findFault(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (stats.isDirectory()) return 'is a folder';
  if (!stats.isFile()) return 'is not a plain file';
  if (isForeign(stats)) return `belongs to another user (uid ${stats.uid})`;
  if (stats.nlink > 1) return `has ${stats.nlink} hard links`;
  return undefined;
}

function isForeign({ uid }: Stats): boolean {
  return posix && uid !== process.geteuid?.();
}

function rejectFault(file: ManagedFile, fault: string | undefined): void {
  if (fault === undefined) return;
  throw new CredentialError('file-refused', `${describeFile(file)} ${fault}`, {
    hint: 'keystow uses only a plain file of your own there; move this one aside, or choose another folder',
  });
}

function restrictFilePermissions(file: ManagedFile, descriptor: number, mode: number, { notice }: ReadOptions): void {
  const loose = `${describeFile(file)} had permissions ${formatMode(mode)}`;
  try {
    fchmodSync(descriptor, 0o600);
    notice(`${loose}; they are 0600 now`);
  } catch (error) {
    notice(`${loose}, which lets others read it, and they cannot be changed: ${errnoMessage(error)}`);
  }
}

function formatMode(mode: number): string {
  return `0${mode.toString(8)}`;
}

/** Beyond it, whoever reads a file knows what may be that large. */
const maxBytes = 64 * 1024 * 1024;

/**
 * The text of a file that is the user's own, and nobody else's to read, by no other name. `undefined`: of any other, and
 * where there is none, what `readGuarded` says. Throws what the system says.
 */
export function readPlain(path: string): string | undefined {
  const descriptor = openSync(path, readingFlags);
  try {
    const stats = fstatSync(descriptor);
    const isPlain = stats.isFile() && isPrivate(stats) && stats.nlink === 1 && stats.size <= maxBytes;
    return isPlain ? readFileSync(descriptor, 'utf8') : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a folder is the user's own, and nobody else's to enter. Throws what the system says. */
export function isPlainFolder(path: string): boolean {
  return isPrivate(statSync(path));
}

/** Never where the system has no such owners. */
function isPrivate({ uid, mode }: Stats): boolean {
  return uid === process.geteuid?.() && (mode & 0o077) === 0;
}

/** A link at the end of the path fails to open, and a FIFO or a terminal does not make the open wait. */
export const readingFlags =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
