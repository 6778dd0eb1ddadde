import type { CredentialName } from '../../domain/credential-name.ts';
import { type FileRecord, type FileRecordUpdate, mergeFileRecord } from '../../domain/envelope/file-record.ts';
import { parsePlacement, serialisePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import { PlacementLines } from '../../domain/placement/placement-lines.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { contendedError, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';

/** How often an update starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

/** Changes the index and, if the encrypted file was written, its record. */
export type Update = (
  change: (placement: PlacementIndex) => PlacementIndex,
  written: FileRecordUpdate | undefined,
  only: CredentialName | undefined,
) => Promise<void>;

/** Creates the function that replaces the placement file under its lock. */
export function createUpdate(file: ManagedFile, readText: () => Promise<string | undefined>): Update {
  const withLock = createLock(file);

  /** Returns `false` if the file changed in spite of the lock; nothing was written. */
  async function rewrite(
    change: (placement: PlacementIndex) => PlacementIndex,
    written: FileRecordUpdate | undefined,
    only: CredentialName | undefined,
    isPermitted: () => boolean,
  ): Promise<boolean> {
    removeOrphanedTemps(file.path);
    const expected = fileVersion(file);
    const text = await readText();
    const lines = only && text !== undefined ? PlacementLines.parse(text, only) : undefined;
    const current = lines ? toCurrent(lines) : parseReplaceable(file, text);
    const after = change(current.placement);
    const record = written ? mergeFileRecord(current.file, written) : current.file;
    if (after === current.placement && isSameRecord(record, current.file)) return true;
    const next = lines ? lines.replace(after[0], record) : serialisePlacement(after, record);
    return replaceFile({ file, bytes: Buffer.from(next), expected, isPermitted });
  }

  return async (change, written, only) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await withLock((held) => rewrite(change, written, only, held))) return;
    }
    throw contendedError(file);
  };
}

function isSameRecord(a: FileRecord | undefined, b: FileRecord | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Current {
  readonly placement: PlacementIndex;
  readonly file: FileRecord | undefined;
}

function toCurrent({ entry, file }: PlacementLines): Current {
  return { placement: entry ? [entry] : [], file };
}

/** Throws if the file may not be replaced. */
export function checkReplaceable(file: ManagedFile, text: string | undefined): void {
  parseReplaceable(file, text);
}

/** A damaged file may be replaced: its content can be found again. Another program's or a later version's may not. */
function parseReplaceable(file: ManagedFile, text: string | undefined): Current {
  // Stryker disable next-line ConditionalExpression: what isn't there is replaced like what isn't JSON
  const parsed = text === undefined ? undefined : parsePlacement(text);
  switch (parsed?.kind) {
    case undefined:
      return { placement: [], file: undefined };
    case 'damaged':
      return { placement: [], file: parsed.file };
    case 'placement':
      return { placement: parsed.placement, file: parsed.file };
    case 'foreign':
      throw foreignError(file);
    case 'later-version':
      throw laterVersionError(file, parsed.version);
    default:
      return assertNever(parsed);
  }
}
