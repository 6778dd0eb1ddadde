import { chmodSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { printable, wordsOf } from './errno.ts';

/**
 * Takes a folder's permissions for group and others away, with a notice. A folder that is plainly not keystow's own is
 * left alone: the home directory or one above it, one directly under the root, another owner's, or a shared (sticky)
 * one. The file in it is 0600 whatever the folder is.
 */
export function tightenFolder(folder: string, home: string, notice: (line: string) => void): void {
  if (process.platform === 'win32' || dirname(folder) === dirname(dirname(folder)) || holds(folder, home)) return;
  let loose = `the folder ${printable(folder)} may have loose permissions`;
  try {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats === undefined || (stats.mode & 0o077) === 0) return;
    if (stats.uid !== process.geteuid?.() || (stats.mode & 0o1000) !== 0) return;
    loose = `the folder ${printable(folder)} had permissions 0${(stats.mode & 0o777).toString(8)}`;
    chmodSync(folder, 0o700);
    notice(`${loose}; they are 0700 now`);
  } catch (error) {
    notice(`${loose}, and they cannot be changed: ${wordsOf(error)}`);
  }
}

function holds(folder: string, home: string): boolean {
  if (home === '') return false;
  const way = relative(resolve(folder), resolve(home));
  return way !== '..' && !way.startsWith('../');
}
