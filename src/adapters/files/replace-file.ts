import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync as fsyncWithCallback,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoCode, ioError, type ManagedFile, retryWhileBusy } from './file-errors.ts';

export interface Replacement {
  readonly file: ManagedFile;
  /** In ASCII if they are text. */
  readonly bytes: Uint8Array | Iterable<Uint8Array | string>;
  /** The version that the bytes were computed from. */
  readonly expected: FileVersion;
  /** The permissions, once the bytes are written, and the group, if the user is in it. Default: 0600. */
  readonly access?: { readonly mode: number; readonly gid?: number | undefined };
  /** Called last, right before the rename. If it returns `false` or throws, the file stays as it is. */
  isPermitted(): boolean;
}

/**
 * Replaces the file atomically. The new file has mode 0600 from its first byte, and `access` after the last one.
 *
 * - resolves `true` once the bytes are on the disk
 * - resolves `false`, and changes nothing, if the file is no longer the `expected` version or the writer is no longer
 *   permitted. A rename can't compare and swap, so the check runs in the same turn of the event loop, just before it
 * - a system call fails → `file-io`. The old file is unchanged; if only the sync of the folder failed, it's replaced
 */
export async function replaceFile({ file, bytes, expected, access, isPermitted }: Replacement): Promise<boolean> {
  const temp = createTempPath(file.path);
  try {
    await writeNewFile(temp, bytes, access);
    if (!(await renameIf(() => isPermitted() && fileVersion(file) === expected, temp, file.path))) return false;
    await syncFolder(dirname(file.path));
    return true;
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'written', error);
  } finally {
    removeQuietly(temp);
  }
}

const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Synchronous but for the sync: on a busy machine, handing each call to another thread takes longer than the calls. */
async function writeNewFile(path: string, bytes: Replacement['bytes'], access: Replacement['access']): Promise<void> {
  const descriptor = openSync(path, createFlags, 0o600);
  try {
    // The umask may have removed the owner's permissions too.
    if (process.platform !== 'win32') fchmodSync(descriptor, 0o600);
    for (const piece of ArrayBuffer.isView(bytes) ? [bytes] : bytes) writeFileSync(descriptor, piece, 'latin1');
    if (access && process.platform !== 'win32') setAccess(descriptor, access);
    await syncFile(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Without the group, its permissions would be another group's. */
function setAccess(descriptor: number, { mode, gid }: NonNullable<Replacement['access']>): void {
  let isGroupKept = true;
  try {
    if (gid !== undefined && fstatSync(descriptor).gid !== gid) fchownSync(descriptor, -1, gid);
  } catch {
    isGroupKept = false;
  }
  fchmodSync(descriptor, isGroupKept ? mode : mode & ~0o070);
}

function renameIf(condition: () => boolean, from: string, to: string): Promise<boolean> {
  return retryWhileBusy(() => {
    if (!condition()) return false;
    try {
      renameSync(from, to);
      return true;
    } catch (error) {
      // Another process took over our lock and removed the temporary file.
      if (errnoCode(error) === 'ENOENT') return false;
      throw error;
    }
  });
}

/** Does nothing after a rename. If a file can't be removed, the next writer removes it. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Changes whenever the file is replaced or written to. `undefined`: the file doesn't exist. */
export type FileVersion = string | undefined;

export function fileVersion(file: ManagedFile): FileVersion {
  try {
    const stats = lstatSync(file.path, { bigint: true, throwIfNoEntry: false });
    return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join();
  } catch (error) {
    throw ioError(file, 'read', error);
  }
}

/**
 * Renames whatever is at the path of a file to a backup beside it that only the user can read, such as
 * `credentials.json.backup-2026-11-29T164500Z`. Returns its path, or `undefined` if there is nothing. `now`: as
 * `Date.prototype.toISOString` writes it. For the lock's holder. Another user could replace the file → `file-refused`.
 */
export async function setAside(file: ManagedFile, now: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    if (fileVersion(file) === undefined) return undefined;
    const suffix = attempt === 1 ? '' : `-${attempt}`;
    const backup = { ...file, path: `${file.path}.backup-${now.replace(/:|\.\d+/g, '')}${suffix}` };
    if (fileVersion(backup) !== undefined) continue;
    try {
      makePrivate(file.path);
      await retryWhileBusy(() => renameSync(file.path, backup.path));
      await syncFolder(dirname(file.path));
      return backup.path;
    } catch (error) {
      throw ioError(file, 'written', error);
    }
  }
}

/** Changes nothing behind a link, and nothing of another user. */
function makePrivate(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
    } finally {
      closeSync(descriptor);
    }
  } catch {}
}

const fsync = promisify(fsyncWithCallback);

/** Makes an open file's content survive a power cut, if its file system can. */
export async function syncFile(descriptor: number): Promise<void> {
  try {
    await fsync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(errnoCode(error) ?? '')) throw error;
  }
}

/** Makes a rename in `folder` survive a power cut. Windows and some file systems can't sync a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const descriptor = openSync(folder, 'r');
    await fsync(descriptor).finally(() => closeSync(descriptor));
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(errnoCode(error) ?? '')) throw error;
  }
}

const tempInfix = '.tmp-';

/** Returns an unused name beside `path`: `credentials.json.tmp-` and 16 hexadecimal digits. */
function createTempPath(path: string): string {
  return `${path}${tempInfix}${randomBytes(8).toString('hex')}`;
}

/** Removes the temporary files of killed writers. Only for the lock's holder: nobody else may be writing. */
export function removeOrphanedTemps(path: string): void {
  const prefix = `${basename(path)}${tempInfix}`;
  try {
    for (const name of readdirSync(dirname(path))) {
      if (!name.startsWith(prefix) || !/^[0-9a-f]{16}$/.test(name.slice(prefix.length))) continue;
      const orphan = join(dirname(path), name);
      if (lstatSync(orphan, { throwIfNoEntry: false })?.isFile()) rmSync(orphan, { force: true });
    }
  } catch {
    // A folder that can't be listed can still be written to.
  }
}

/** Besides what a rewrite of the files takes: locks, temporary files, and the database of a keyring on the same disk. */
const reserveMargin = 256 * 1024;

/**
 * Occupies as much space as it takes to write these files again, until the returned function is called. So what must be
 * written later can be, even if the disk is full by then.
 *
 * - the disk is already full → `file-io`
 * - nothing can be written to the folder, or it doesn't exist → occupies nothing
 */
export function reserveSpace(file: ManagedFile, paths: readonly string[]): () => void {
  const sizes = paths.map((path) => lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const release = () => rmSync(file.path, { force: true });
  try {
    // A process that was killed may have left one.
    release();
    const bytes = Buffer.alloc(sizes.reduce((sum, size) => sum + size, reserveMargin));
    writeFileSync(file.path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    try {
      release();
    } catch {}
    if (['ENOSPC', 'EDQUOT'].includes(errnoCode(error) ?? '')) throw ioError(file, 'written', error);
    return () => undefined;
  }
  return release;
}
