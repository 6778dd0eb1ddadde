import * as fs from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { errnoOf, printable, wordsOf } from './errno.ts';
import { ioError, type KeptFile } from './file-errors.ts';

const posix = process.platform !== 'win32';

/** Creates the folder of `file`, and those above it, mode 0700. One that exists is left as it is. */
export function makeFolder(file: KeptFile): void {
  try {
    makeFolders(dirname(file.path));
  } catch (error) {
    throw ioError(file, 'written', error);
  }
}

// Node's own `recursive` tries for ever where a folder's parent exists and it cannot be made all the same, as in /proc.
function makeFolders(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (errnoOf(error) === 'EEXIST') return;
    if (errnoOf(error) !== 'ENOENT' || parent === folder || fs.existsSync(parent)) throw error;
    makeFolders(parent);
    fs.mkdirSync(folder, { mode: 0o700 });
  }
}

/**
 * Takes a folder's permissions for group and others away, with a notice. A folder that is plainly not keystow's own is
 * left alone: the home directory or one above it, one directly under the root, another owner's, or a shared (sticky)
 * one. The file in it is 0600 whatever the folder is.
 */
export function tightenFolder(folder: string, home: string, notice: (line: string) => void): void {
  if (!posix || dirname(folder) === dirname(dirname(folder)) || holds(folder, home)) return;
  const stats = fs.statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || (stats.mode & 0o077) === 0) return;
  if (stats.uid !== process.geteuid?.() || (stats.mode & 0o1000) !== 0) return;
  const loose = `the folder ${printable(folder)} had permissions 0${(stats.mode & 0o777).toString(8)}`;
  try {
    fs.chmodSync(folder, 0o700);
    notice(`${loose}; they are 0700 now`);
  } catch (error) {
    notice(`${loose}, and they cannot be changed: ${wordsOf(error)}`);
  }
}

/** Makes a rename in `folder` last through a power cut. Windows and some file systems have no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (!posix) return;
  try {
    const handle = await fs.promises.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error;
  }
}

function holds(folder: string, home: string): boolean {
  if (home === '') return false;
  const way = relative(resolve(folder), resolve(home));
  return way === '' || !way.startsWith('..');
}
