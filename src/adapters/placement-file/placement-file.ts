import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type ParsedPlacement, parsePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementRepository, PlacementSnapshot } from '../../ports/placement-repository.ts';
import type { ManagedFile } from '../files/file-errors.ts';
import { type ReadOptions, readPrivateFile } from '../files/read-private-file.ts';

export interface PlacementFileOptions {
  /** Absolute. Its folder is created when something is first recorded. */
  readonly path: string;
}

/** Keeps the record as JSON, mode 0600, beside the encrypted file: names of credentials, and never a secret. */
export function createPlacementFile({ path }: PlacementFileOptions): PlacementRepository {
  const file: ManagedFile = { path, label: 'placement file' };
  let loaded: Promise<PlacementRepository['update']> | undefined;
  const loadUpdate = async () => (await import('./update-placement.ts')).createUpdate(file);

  return {
    async read() {
      try {
        return toSnapshot(await readParsedFile(file));
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        return damagedSnapshot(`cannot be used: ${error.message}`);
      }
    },

    async update(change) {
      loaded ??= loadUpdate();
      await (await loaded)(change);
    },
  };
}

// No notice of loose permissions: they are tightened, and there was no secret to see.
const reading: ReadOptions = { maxBytes: 64 * 1024 * 1024, notice: () => undefined };

export async function readParsedFile(file: ManagedFile): Promise<ParsedPlacement | undefined> {
  const text = await readPrivateFile(file, reading);
  return text === undefined ? undefined : parsePlacement(text);
}

export function toSnapshot(parsed: ParsedPlacement | undefined): PlacementSnapshot {
  if (parsed === undefined) return { placement: [], state: 'absent' };
  switch (parsed.kind) {
    case 'placement':
      return { placement: parsed.placement, state: 'intact' };
    case 'damaged':
      return damagedSnapshot(parsed.why);
    case 'foreign':
      return damagedSnapshot('was written by another program');
    case 'later-version':
      return damagedSnapshot(`has version ${parsed.version} of its format, and 1 is known`);
    default:
      return assertNever(parsed);
  }
}

export function damagedSnapshot(why: string): PlacementSnapshot {
  return { placement: [], state: 'damaged', why };
}
