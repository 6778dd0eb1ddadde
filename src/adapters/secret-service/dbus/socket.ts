import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Returns whether a socket and its folder certainly belong to the user or to root, and nobody else can put another socket in
 * its place. An abstract socket (a leading NUL) has no owner that could be examined, so it always passes.
 */
export function isSocketSafe(path: string): boolean {
  if (path.startsWith('\0')) return true;
  try {
    return isOwn(lstatSync(path), 'socket') && isOwn(statSync(dirname(path)), 'folder');
  } catch {
    return false;
  }
}

/** In a shared (sticky) folder, nobody can replace another user's socket. A folder that a group can write to needs a closer look. */
function isOwn(stats: Stats, kind: 'socket' | 'folder'): boolean {
  const { uid, mode } = stats;
  if (uid !== process.geteuid?.() && uid !== 0) return false;
  return kind === 'socket' ? !stats.isSymbolicLink() : (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
}
