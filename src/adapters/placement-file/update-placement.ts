import { assertNever } from '../../domain/assert-never.ts';
import { type FileRecord, type FileRecordUpdate, mergeFileRecord } from '../../domain/envelope/file-record.ts';
import { type ParsedPlacement, serialisePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import { contendedError, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';

/** How often an update starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

/** Changes the index and, if the encrypted file was written, its record. */
export type Update = (
  change: (placement: PlacementIndex) => PlacementIndex,
  written: FileRecordUpdate | undefined,
) => Promise<void>;

/** Creates the function that replaces the placement file under its lock. */
export function createUpdate(file: ManagedFile, readParsed: () => Promise<ParsedPlacement | undefined>): Update {
  const withLock = createLock(file);

  /** Returns `false` if the file changed in spite of the lock; nothing was written. */
  async function rewrite(
    change: (placement: PlacementIndex) => PlacementIndex,
    written: FileRecordUpdate | undefined,
    isPermitted: () => boolean,
  ): Promise<boolean> {
    removeOrphanedTemps(file.path);
    const expected = fileVersion(file);
    const parsed = await readParsed();
    const before = toReplaceableIndex(file, parsed);
    const after = change(before);
    const recorded = parsed?.kind === 'placement' ? parsed.file : undefined;
    const record = written ? mergeFileRecord(recorded, written) : recorded;
    if (after === before && isSameRecord(record, recorded)) return true;
    return replaceFile({ file, bytes: Buffer.from(serialisePlacement(after, record)), expected, isPermitted });
  }

  return async (change, written) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await withLock((held) => rewrite(change, written, held))) return;
    }
    throw contendedError(file);
  };
}

function isSameRecord(a: FileRecord | undefined, b: FileRecord | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
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
