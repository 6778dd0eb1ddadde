import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { type FileRecordUpdate, mergeFileRecord } from '../../domain/envelope/file-record.ts';
import { findLine, type ParsedPlacement, parseHead, parsePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import { assertNever } from '../../domain/text/messages.ts';
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
  const loadUpdate = async () => (await import('./update-placement.ts')).createUpdate(file, () => readText(file));

  async function update(change: (placement: PlacementIndex) => PlacementIndex, only?: CredentialName): Promise<void> {
    loaded ??= loadUpdate();
    const pending = isRecorded ? undefined : latest;
    await (await loaded)(change, pending, only);
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

    async checkWritable() {
      const [{ checkFolderWritable }, { checkReplaceable }] = await Promise.all([
        import('../files/folders.ts'),
        import('./update-placement.ts'),
      ]);
      checkFolderWritable(file);
      checkReplaceable(file, await readText(file));
    },

    async flushFile() {
      if (isRecorded) return;
      // Stryker disable next-line BlockStatement: only a bug throws another error
      await update((now) => now).catch((error: unknown) => {
        // Stryker disable next-line ConditionalExpression: only a bug throws another error
        if (!(error instanceof CredentialError)) throw error;
      });
    },
  };
}

/** The part of the repository that a read of a secret loads. */
export function createPlacementReader(
  options: PlacementFileOptions,
): Pick<PlacementRepository, 'read' | 'recallFile' | 'expectsFile'> {
  let latest: Pick<PlacementSnapshot, 'file'> | undefined;

  async function load<T extends Pick<PlacementSnapshot, 'file'>>(
    parse: (text: string) => T,
  ): Promise<T | PlacementSnapshot> {
    let loaded: T | PlacementSnapshot;
    try {
      const text = await readText(toManagedFile(options));
      loaded = text === undefined ? { placement: [], state: 'absent' } : parse(text);
    } catch (error) {
      // Stryker disable next-line ConditionalExpression: only a bug throws another error
      if (!(error instanceof CredentialError)) throw error;
      const hint = error.code === 'file-refused' ? error.hint : undefined;
      loaded = damagedSnapshot(`cannot be used: ${error.message}`, hint);
    }
    latest = loaded;
    return loaded;
  }

  const read = (only?: CredentialName) => load((text) => parseSnapshot(text, only));

  return {
    read,

    async recallFile(fresh = false) {
      return (fresh || latest === undefined ? await load(parseRecord) : latest).file;
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

/** Loose permissions are restricted without a notice, as the file contains no secrets. */
function readText(file: ManagedFile): Promise<string | undefined> {
  return readPrivateFile(file, { maxBytes });
}

/** The record has a checksum of its own. */
function parseRecord(text: string): Pick<PlacementSnapshot, 'file'> {
  const head = parseHead(text);
  return head ? { ...(head.file && { file: head.file }) } : parseSnapshot(text);
}

function parseSnapshot(text: string, only?: CredentialName): PlacementSnapshot {
  const found = only && findLine(text, only);
  if (found === undefined) return toSnapshot(parsePlacement(text));
  const { entry, file } = found;
  return { placement: entry ? [entry] : [], state: 'intact', ...(file && { file }) };
}

function toSnapshot(parsed: ParsedPlacement): PlacementSnapshot {
  switch (parsed.kind) {
    case 'placement':
      return { placement: parsed.placement, state: 'intact', ...(parsed.file && { file: parsed.file }) };
    case 'damaged':
      return { ...damagedSnapshot(parsed.why), ...(parsed.file && { file: parsed.file }) };
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
