import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { readingFlags } from './reading-flags.ts';

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
