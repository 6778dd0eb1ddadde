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

/** How often it is tried where the parent comes and goes: every process makes it that needs it, and removes it unused. */
const maxTries = 10;

// Node's own `recursive` tries for ever where a folder's parent exists and it cannot be made all the same, as in /proc.
function makeFolders(folder: string, tries = 1): string[] {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (errnoOf(error) === 'EEXIST') return [];
    if (
      errnoOf(error) !== 'ENOENT' ||
      // Stryker disable next-line ConditionalExpression: only a missing drive of Windows is its own parent
      parent === folder ||
      tries === maxTries
    )
      throw error;
    // Where it is there now, somebody else has made it.
    const above = fs.existsSync(parent) ? [] : makeFolders(parent);
    try {
      return [...makeFolders(folder, tries + 1), ...above];
    } catch (failure) {
      removeEmpty(above);
      throw failure;
    }
  }
  // The umask can only have taken bits away, the owner's too.
  if (process.platform !== 'win32') fs.chmodSync(folder, 0o700);
  return [folder];
}

/** Removes folders, of which the innermost comes first, up to one in which something is kept. */
export function removeEmpty(folders: Iterable<string>): void {
  try {
    for (const folder of folders) fs.rmdirSync(folder);
  } catch {
    // What is not empty stays.
  }
}
