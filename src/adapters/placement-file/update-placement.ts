import { assertNever } from '../../domain/assert-never.ts';
import { type ParsedPlacement, serialisePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { PlacementRepository } from '../../ports/placement-repository.ts';
import { contendedError, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';

/** How often an update starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

/** Creates the function that replaces the placement file under its lock. */
export function createUpdate(
  file: ManagedFile,
  readParsed: () => Promise<ParsedPlacement | undefined>,
): PlacementRepository['update'] {
  const withLock = createLock(file);

  /** Returns `false` if the file changed in spite of the lock; nothing was written. */
  async function rewrite(
    change: (placement: PlacementIndex) => PlacementIndex,
    isPermitted: () => boolean,
  ): Promise<boolean> {
    removeOrphanedTemps(file.path);
    const expected = fileVersion(file);
    const before = toReplaceableIndex(file, await readParsed());
    const after = change(before);
    if (after === before) return true;
    return replaceFile({ file, bytes: Buffer.from(serialisePlacement(after)), expected, isPermitted });
  }

  return async (change) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await withLock((held) => rewrite(change, held))) return;
    }
    throw contendedError(file);
  };
}

/** A damaged file may be replaced: its content can be found again. Another program's or a later version's may not. */
function toReplaceableIndex(file: ManagedFile, parsed: ParsedPlacement | undefined): PlacementIndex {
  switch (parsed?.kind) {
    case undefined:
    case 'damaged':
      return [];
    case 'placement':
      return parsed.placement;
    case 'foreign':
      throw foreignError(file);
    case 'later-version':
      throw laterVersionError(file, parsed.version);
    default:
      return assertNever(parsed);
  }
}
