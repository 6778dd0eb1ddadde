import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type ParsedPlacement, parsePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementRepository, PlacementSnapshot } from '../../ports/placement-repository.ts';
import { laterVersionProblem, type ManagedFile } from '../files/file-errors.ts';
import { readPrivateFile } from '../files/read-private-file.ts';

export interface PlacementFileOptions {
  /** Absolute. Its folder is created by the first update. */
  readonly path: string;
}

/** Stores the placement index as JSON, mode 0600, beside the encrypted file. It contains names, never secrets. */
export function createPlacementFile(options: PlacementFileOptions): PlacementRepository {
  const file = toManagedFile(options);
  const readParsed = () => readPlacement(file);
  let loaded: Promise<PlacementRepository['update']> | undefined;
  const loadUpdate = async () => (await import('./update-placement.ts')).createUpdate(file, readParsed);

  return {
    ...createPlacementReader(options),

    async update(change) {
      loaded ??= loadUpdate();
      await (await loaded)(change);
    },
  };
}

/** The part of the repository that a read of a secret loads. */
export function createPlacementReader(options: PlacementFileOptions): Pick<PlacementRepository, 'read'> {
  return {
    async read() {
      try {
        return toSnapshot(await readPlacement(toManagedFile(options)));
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        const hint = error.code === 'file-refused' ? error.hint : undefined;
        return damagedSnapshot(`cannot be used: ${error.message}`, hint);
      }
    },
  };
}

function toManagedFile({ path }: PlacementFileOptions): ManagedFile {
  return { path, label: 'placement file' };
}

const maxBytes = 64 * 1024 * 1024;

async function readPlacement(file: ManagedFile): Promise<ParsedPlacement | undefined> {
  // Loose permissions are restricted without a notice, as the file contains no secrets.
  const text = await readPrivateFile(file, { maxBytes, notice: () => undefined });
  return text === undefined ? undefined : parsePlacement(text);
}

function toSnapshot(parsed: ParsedPlacement | undefined): PlacementSnapshot {
  if (parsed === undefined) return { placement: [], state: 'absent' };
  switch (parsed.kind) {
    case 'placement':
      return { placement: parsed.placement, state: 'intact' };
    case 'damaged':
      return damagedSnapshot(parsed.why);
    case 'foreign':
      return damagedSnapshot('was written by another program');
    case 'later-version':
      return damagedSnapshot(laterVersionProblem(parsed.version));
    default:
      return assertNever(parsed);
  }
}

function damagedSnapshot(why: string, hint?: string): PlacementSnapshot {
  return { placement: [], state: 'damaged', why, ...(hint !== undefined && { hint }) };
}
