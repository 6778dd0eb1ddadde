import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoOf, wordsOf } from './errno.ts';
import { damagedError, ioError, type KeptFile, named } from './file-errors.ts';
import { onceFree } from './in-use.ts';
import { readingFlags } from './reading-flags.ts';

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
export async function readGuarded(file: KeptFile, options: ReadOptions): Promise<string | undefined> {
  await new Promise((done) => setImmediate(done));
  const descriptor = await openGuarded(file);
  if (descriptor === undefined) return undefined;
  try {
    return readOpen(file, descriptor, options);
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'read', error);
  } finally {
    close(descriptor);
  }
}

/** What was read was read, whatever the system says to the close. */
function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}

function readOpen(file: KeptFile, descriptor: number, options: ReadOptions): string {
  const stats = fstatSync(descriptor);
  refuse(file, faultOf(stats));
  if (stats.size > options.maxBytes) throw damagedError(file, `it is larger than ${options.maxBytes} bytes`);
  if (posix && (stats.mode & 0o077) !== 0) tighten(file, descriptor, stats.mode & 0o777, options);
  return readFileSync(descriptor, 'utf8');
}

async function openGuarded(file: KeptFile): Promise<number | undefined> {
  try {
    return await onceFree(() => {
      if (constants.O_NOFOLLOW === undefined) refuse(file, faultAt(file.path));
      return openSync(file.path, readingFlags);
    });
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    if (errnoOf(error) === 'ENOENT') return undefined;
    refuse(file, faultAt(file.path));
    throw ioError(file, 'read', error);
  }
}

function faultAt(path: string): string | undefined {
  try {
    return faultOf(lstatSync(path));
  } catch {
    return undefined;
  }
}

function faultOf(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (stats.isDirectory()) return 'is a folder';
  if (!stats.isFile()) return 'is not a plain file';
  if (isOthers(stats)) return `belongs to another user (uid ${stats.uid})`;
  if (stats.nlink > 1) return `has ${stats.nlink} hard links`;
  return undefined;
}

function isOthers({ uid }: Stats): boolean {
  return posix && uid !== process.geteuid?.();
}

function refuse(file: KeptFile, fault: string | undefined): void {
  if (fault === undefined) return;
  throw new CredentialError('file-refused', `${named(file)} ${fault}`, {
    hint: 'keystow uses only a plain file of your own there; move this one aside, or choose another folder',
  });
}

function tighten(file: KeptFile, descriptor: number, mode: number, { notice }: ReadOptions): void {
  const loose = `${named(file)} had permissions ${octal(mode)}`;
  try {
    fchmodSync(descriptor, 0o600);
    notice(`${loose}; they are 0600 now`);
  } catch (error) {
    notice(`${loose}, which lets others read it, and they cannot be changed: ${wordsOf(error)}`);
  }
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
