import { CredentialError } from '../../domain/credential-error.ts';
import type { Placement } from '../../domain/placement.ts';
import { type ParsedPlacement, parsePlacement, serialisePlacement } from '../../domain/placement-text.ts';
import { unreachable } from '../../domain/unreachable.ts';
import type { PlacementRecord, Remembered } from '../../ports/placement-record.ts';
import { foreignError, type KeptFile, keepsChanging, laterVersionError } from '../files/file-errors.ts';
import { identityOf } from '../files/identity.ts';
import { createLock } from '../files/lock.ts';
import { type ReadOptions, readGuarded } from '../files/read-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import { sweepTemporaries } from '../files/temporary.ts';

export interface PlacementFileOptions {
  /** Absolute. Its folder is created when something is first recorded. */
  readonly path: string;
}

// No notice of loose permissions: they are tightened, and there was no secret to see.
const reading: ReadOptions = { maxBytes: 64 * 1024 * 1024, notice: () => undefined };
const maxAttempts = 10;

/** Keeps the record as JSON, mode 0600, beside the encrypted file: names of credentials, and never a secret. */
export function createPlacementFile({ path }: PlacementFileOptions): PlacementRecord {
  const file: KeptFile = { path, what: 'placement file' };
  const exclusively = createLock(file);

  return {
    async read() {
      try {
        return rememberedOf(await parseFile(file));
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        return unknown(`cannot be used: ${error.message}`);
      }
    },

    async update(change) {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if (await exclusively((held) => rewrite(file, change, held))) return;
      }
      throw keepsChanging(file);
    },
  };
}

/** `false`: the file changed in spite of the lock, and nothing was done. */
async function rewrite(
  file: KeptFile,
  change: (placement: Placement) => Placement,
  held: () => boolean,
): Promise<boolean> {
  sweepTemporaries(file.path);
  const expected = identityOf(file);
  const { placement: before } = rememberedOf(refuseOthers(file, await parseFile(file)));
  const after = change(before);
  if (after === before) return true;
  return replaceFile({ file, bytes: Buffer.from(serialisePlacement(after)), expected, permitted: held });
}

async function parseFile(file: KeptFile): Promise<ParsedPlacement | undefined> {
  const bytes = await readGuarded(file, reading);
  return bytes && parsePlacement(bytes.toString('utf8'));
}

/** What is not this version's to replace. */
function refuseOthers(file: KeptFile, parsed: ParsedPlacement | undefined): ParsedPlacement | undefined {
  if (parsed?.kind === 'foreign') throw foreignError(file);
  if (parsed?.kind === 'later-version') throw laterVersionError(file, parsed.version);
  return parsed;
}

function rememberedOf(parsed: ParsedPlacement | undefined): Remembered {
  if (parsed === undefined) return { placement: [], state: 'absent' };
  switch (parsed.kind) {
    case 'placement':
      return { placement: parsed.placement, state: 'intact' };
    case 'damaged':
      return unknown(parsed.why);
    case 'foreign':
      return unknown('was written by another program');
    case 'later-version':
      return unknown(`has version ${parsed.version} of its format, and 1 is known`);
    default:
      return unreachable(parsed);
  }
}

function unknown(why: string): Remembered {
  return { placement: [], state: 'damaged', why };
}
