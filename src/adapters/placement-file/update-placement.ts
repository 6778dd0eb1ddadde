import { type ParsedPlacement, serialisePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { PlacementRepository } from '../../ports/placement-repository.ts';
import { contendedError, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';
import { readParsedFile, toSnapshot } from './placement-file.ts';

const maxAttempts = 10;

/** Changes the record under its lock. */
export function createUpdate(file: ManagedFile): PlacementRepository['update'] {
  const exclusively = createLock(file);
  return async (change) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await exclusively((held) => rewrite(file, change, held))) return;
    }
    throw contendedError(file);
  };
}

/** `false`: the file changed in spite of the lock, and nothing was done. */
async function rewrite(
  file: ManagedFile,
  change: (placement: PlacementIndex) => PlacementIndex,
  held: () => boolean,
): Promise<boolean> {
  removeOrphanedTemps(file.path);
  const expected = fileVersion(file);
  const { placement: before } = toSnapshot(rejectForeignFile(file, await readParsedFile(file)));
  const after = change(before);
  if (after === before) return true;
  return replaceFile({ file, bytes: Buffer.from(serialisePlacement(after)), expected, isPermitted: held });
}

/** What is not this version's to replace. */
function rejectForeignFile(file: ManagedFile, parsed: ParsedPlacement | undefined): ParsedPlacement | undefined {
  if (parsed?.kind === 'foreign') throw foreignError(file);
  if (parsed?.kind === 'later-version') throw laterVersionError(file, parsed.version);
  return parsed;
}
