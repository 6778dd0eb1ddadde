import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errno.ts';
import { ioError, type KeptFile } from './file-errors.ts';

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
