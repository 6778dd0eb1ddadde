import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const mark = '.tmp-';

/** A name beside `path` that nobody has: `credentials.json.tmp-` and 16 hexadecimal digits. */
export function newTemporary(path: string): string {
  return `${path}${mark}${randomBytes(8).toString('hex')}`;
}

/** Removes what killed writers of `path` left. Only for the holder of its lock: no other writer is at work. */
export function sweepTemporaries(path: string): void {
  const start = `${basename(path)}${mark}`;
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
