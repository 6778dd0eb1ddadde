import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errno.ts';
import { ioError, type KeptFile } from './file-errors.ts';

/** Creates the folder of `file`, and those above it, mode 0700. Gives those that were not there. */
export function makeFolder(file: KeptFile): readonly string[] {
  try {
    return makeFolders(dirname(file.path));
  } catch (error) {
    throw ioError(file, 'written', error);
  }
}

// Node's own `recursive` tries for ever where a folder's parent exists and it cannot be made all the same, as in /proc.
function makeFolders(folder: string): string[] {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (errnoOf(error) === 'EEXIST') return [];
    if (errnoOf(error) !== 'ENOENT' || parent === folder || fs.existsSync(parent)) throw error;
    const above = makeFolders(parent);
    return [...makeFolders(folder), ...above];
  }
  // The umask can only have taken bits away, the owner's too.
  if (process.platform !== 'win32') fs.chmodSync(folder, 0o700);
  return [folder];
}

/** Removes folders, the innermost first, up to one in which something is kept. */
export function removeEmpty(folders: Iterable<string>): void {
  try {
    for (const folder of [...folders].sort((a, b) => b.length - a.length)) fs.rmdirSync(folder);
  } catch {
    // What is not empty stays.
  }
}
