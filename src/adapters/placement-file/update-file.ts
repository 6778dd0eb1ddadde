import { type ParsedPlacement, serialisePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { PlacementRepository } from '../../ports/placement-repository.ts';
import { foreignError, type KeptFile, keepsChanging, laterVersionError } from '../files/file-errors.ts';
import { identityOf } from '../files/identity.ts';
import { createLock } from '../files/lock.ts';
import { replaceFile } from '../files/replace-file.ts';
import { sweepTemporaries } from '../files/temporary.ts';
import { parseFile, rememberedOf } from './parse-file.ts';

const maxAttempts = 10;

/** Changes the record under its lock. */
export function createUpdate(file: KeptFile): PlacementRepository['update'] {
  const exclusively = createLock(file);
  return async (change) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await exclusively((held) => rewrite(file, change, held))) return;
    }
    throw keepsChanging(file);
  };
}

/** `false`: the file changed in spite of the lock, and nothing was done. */
async function rewrite(
  file: KeptFile,
  change: (placement: PlacementIndex) => PlacementIndex,
  held: () => boolean,
): Promise<boolean> {
  sweepTemporaries(file.path);
  const expected = identityOf(file);
  const { placement: before } = rememberedOf(refuseOthers(file, await parseFile(file)));
  const after = change(before);
  if (after === before) return true;
  return replaceFile({ file, bytes: Buffer.from(serialisePlacement(after)), expected, permitted: held });
}

/** What is not this version's to replace. */
function refuseOthers(file: KeptFile, parsed: ParsedPlacement | undefined): ParsedPlacement | undefined {
  if (parsed?.kind === 'foreign') throw foreignError(file);
  if (parsed?.kind === 'later-version') throw laterVersionError(file, parsed.version);
  return parsed;
}
