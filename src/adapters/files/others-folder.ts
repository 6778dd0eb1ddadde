import { type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { printable } from './errno.ts';
import { type KeptFile, named } from './file-errors.ts';

/** Rejects with `file-refused` where the folder of `file` is another user's, who could exchange everything in it. */
export function refuseOthersFolder(file: KeptFile): void {
  const stats = statsOf(dirname(file.path));
  if (stats === undefined || !isOthers(stats)) return;
  throw new CredentialError('file-refused', `${named(file)} is in a folder of another user (uid ${stats.uid})`, {
    hint: 'run this as that user, or choose another folder',
  });
}

/**
 * Names each folder, from the one of `file` up to the root, that somebody else may write to: they cannot read what the
 * file holds, but take it away, or put back an older one that they took. Not one that is sticky, nor one of a group that
 * is the user's own (whose number is then the user's).
 */
export function nameOpenFolders(file: KeptFile, notice: (line: string) => void): void {
  for (let folder = dirname(resolve(file.path)); ; folder = dirname(folder)) {
    const stats = statsOf(folder);
    if (stats && isOpen(stats)) {
      const mode = `0${(stats.mode & 0o777).toString(8)}`;
      notice(
        `others may write to the folder ${printable(folder)} (permissions ${mode}), and so replace the ${file.what}`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}

function isOpen(stats: Stats): boolean {
  if (isOthers(stats)) return true;
  const [group, others, sticky] = [stats.mode & 0o020, stats.mode & 0o002, stats.mode & 0o1000];
  return sticky === 0 && (others !== 0 || (group !== 0 && stats.gid !== process.geteuid?.()));
}

/** Root can do everything anyway. */
function isOthers({ uid }: Stats): boolean {
  return uid !== process.geteuid?.() && uid !== 0;
}

/** `undefined` where there is none, or the system does not say, or has no such owners. */
function statsOf(folder: string): Stats | undefined {
  if (process.geteuid === undefined) return undefined;
  try {
    return statSync(folder);
  } catch {
    return undefined;
  }
}
