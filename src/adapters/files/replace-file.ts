import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoCode, ioError, type ManagedFile } from './file-errors.ts';
import { retryWhileBusy } from './retry-while-busy.ts';

export interface Replacement {
  readonly file: ManagedFile;
  readonly bytes: Uint8Array;
  /** What stood there when the bytes were worked out. */
  readonly expected: FileVersion;
  /** Asked last, right before the rename. `false`, or a throw: the file stays as it is. */
  isPermitted(): boolean;
}

const createFlags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | (fs.constants.O_NOFOLLOW ?? 0);

/**
 * Puts `bytes` in place of the file at once, mode 0600 from the first byte. Resolves `true` when they are on the disk.
 *
 * `false`: the file is no longer what was `expected`, or the writer is no longer `permitted`; nothing was changed. A
 * rename has no compare-and-swap; the look comes in the same turn, microseconds before. The system refuses → `file-io`,
 * and the old file stands, or the whole new one where only its folder could not be synced.
 */
export async function replaceFile({ file, bytes, expected, isPermitted }: Replacement): Promise<boolean> {
  const temporary = newTempPath(file.path);
  try {
    await writeNew(temporary, bytes);
    if (!(await rename(temporary, file.path, () => isPermitted() && fileVersion(file) === expected))) return false;
    await syncFolder(dirname(file.path));
    return true;
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'written', error);
  } finally {
    removeQuietly(temporary);
  }
}

/** There is none after a rename; one that cannot be removed is left for the next writer to sweep away. */
function removeQuietly(temporary: string): void {
  try {
    fs.rmSync(temporary, { force: true });
  } catch {}
}

/** Only the sync leaves the turn: on a busy machine a hand-over to another thread takes longer than all the rest. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = fs.openSync(path, createFlags, 0o600);
  try {
    // The umask can only have taken bits away, the owner's too.
    if (process.platform !== 'win32') fs.fchmodSync(descriptor, 0o600);
    fs.writeFileSync(descriptor, bytes);
    await syncFile(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function rename(from: string, to: string, unchanged: () => boolean): Promise<boolean> {
  return retryWhileBusy(() => {
    if (!unchanged()) return false;
    try {
      fs.renameSync(from, to);
      return true;
    } catch (error) {
      // Whoever took over a lock that we held too long has swept our temporary file away.
      if (errnoCode(error) === 'ENOENT') return false;
      throw error;
    }
  });
}

/** Which file stands at a path, in which state: differs once the file is replaced or written to. `undefined`: none. */
export type FileVersion = string | undefined;

export function fileVersion(file: ManagedFile): FileVersion {
  try {
    const stats = lstatSync(file.path, { bigint: true, throwIfNoEntry: false });
    return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join();
  } catch (error) {
    throw ioError(file, 'read', error);
  }
}

const fsync = promisify(fs.fsync);

/** Makes what was written to an open file last through a power cut, where its file system can. */
export async function syncFile(descriptor: number): Promise<void> {
  try {
    await fsync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(errnoCode(error) ?? '')) throw error;
  }
}

/** Makes a rename in `folder` last through a power cut. Windows and some file systems have no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const descriptor = fs.openSync(folder, 'r');
    await fsync(descriptor).finally(() => fs.closeSync(descriptor));
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(errnoCode(error) ?? '')) throw error;
  }
}

const tempInfix = '.tmp-';

/** A name beside `path` that nobody has: `credentials.json.tmp-` and 16 hexadecimal digits. */
export function newTempPath(path: string): string {
  return `${path}${tempInfix}${randomBytes(8).toString('hex')}`;
}

/** Removes what killed writers of `path` left. Only for the holder of its lock: no other writer is at work. */
export function removeOrphanedTemps(path: string): void {
  const start = `${basename(path)}${tempInfix}`;
  try {
    for (const name of readdirSync(dirname(path))) {
      if (!name.startsWith(start) || !/^[0-9a-f]{16}$/.test(name.slice(start.length))) continue;
      const orphan = join(dirname(path), name);
      if (lstatSync(orphan, { throwIfNoEntry: false })?.isFile()) rmSync(orphan, { force: true });
    }
  } catch {
    // Housekeeping: a folder that may not be listed can still be written to.
  }
}
