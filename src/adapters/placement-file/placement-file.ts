import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type FileRecordUpdate, mergeFileRecord } from '../../domain/envelope/file-record.ts';
import { type ParsedPlacement, parsePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { PlacementRepository, PlacementSnapshot } from '../../ports/placement-repository.ts';
import { laterVersionProblem, type ManagedFile } from '../files/file-errors.ts';
import { readPrivateFile } from '../files/read-private-file.ts';
import type { Update } from './update-placement.ts';

export interface PlacementFileOptions {
  /** Absolute. Its folder is created by the first update. */
  readonly path: string;
}

/** Stores the placement index as JSON, mode 0600, beside the encrypted file. It contains names, never secrets. */
export function createPlacementFile(options: PlacementFileOptions): PlacementRepository {
  const file = toManagedFile(options);
  const reader = createPlacementReader(options);
  let latest: FileRecordUpdate | undefined;
  let isRecorded = true;
  let loaded: Promise<Update> | undefined;
  const loadUpdate = async () => (await import('./update-placement.ts')).createUpdate(file, () => readPlacement(file));

  async function update(change: (placement: PlacementIndex) => PlacementIndex): Promise<void> {
    loaded ??= loadUpdate();
    const pending = isRecorded ? undefined : latest;
    await (await loaded)(change, pending);
    if (pending === latest) isRecorded = true;
  }

  return {
    read: reader.read,

    async recallFile(fresh) {
      const record = await reader.recallFile(fresh);
      return latest ? mergeFileRecord(record, latest) : record;
    },

    expectsFile: reader.expectsFile,

    rememberFile(written) {
      latest = written;
      isRecorded = false;
    },

    update,

    async flushFile() {
      if (isRecorded) return;
      await update((now) => now).catch((error: unknown) => {
        if (!(error instanceof CredentialError)) throw error;
      });
    },
  };
}

/** The part of the repository that a read of a secret loads. */
export function createPlacementReader(
  options: PlacementFileOptions,
): Pick<PlacementRepository, 'read' | 'recallFile' | 'expectsFile'> {
  let latest: PlacementSnapshot | undefined;

  async function read(): Promise<PlacementSnapshot> {
    try {
      latest = toSnapshot(await readPlacement(toManagedFile(options)));
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      const hint = error.code === 'file-refused' ? error.hint : undefined;
      latest = damagedSnapshot(`cannot be used: ${error.message}`, hint);
    }
    return latest;
  }

  return {
    read,

    async recallFile(fresh = false) {
      return (fresh || latest === undefined ? await read() : latest).file;
    },

    async expectsFile() {
      const { file, placement } = await read();
      const isAccepted = file !== undefined && file.written === undefined;
      return !isAccepted && placement.some(({ store }) => store === 'file');
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
      return { placement: parsed.placement, state: 'intact', ...(parsed.file && { file: parsed.file }) };
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
