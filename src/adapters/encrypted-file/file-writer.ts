import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { fileIdBytes, formatAroundCiphertext, type HeaderV2 } from '../../domain/envelope/envelope.ts';
import { requireBoth } from '../../domain/envelope/file-record.ts';
import type { HkdfHeader, KdfHeader } from '../../domain/envelope/key-derivation.ts';
import { tagBytes } from '../../domain/envelope/key-slot.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { FileMemory } from '../../ports/placement-repository.ts';
import { throwIfAborted } from '../files/abort.ts';
import { contendedError, damagedError, describeFile, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { checkPath, restrictFolder } from '../files/permissions.ts';
import { type FileVersion, fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';
import type { FileReader, ReadFile, Tolerance } from './file-reader.ts';
import { addHomeSlots, createHomeSlots, isSealedForHome } from './home-keys.ts';
import { createHomeHeader, type NewKeyOptions, NewKeys } from './new-keys.ts';
import { Payload } from './payload.ts';
import { createSlot, newFileKey, newNonce, seal } from './seal.ts';

export interface FileWriterOptions extends NewKeyOptions {
  readonly reader: FileReader;
  readonly memory: FileMemory;
}

/** Changes a payload in place. Returns `false` if there was nothing to change. */
export type PayloadEdit = (payload: Payload) => boolean;

/** Replaces the file under its lock. A writer that is killed leaves the old file or the new one. */
export interface FileWriter {
  /** Resolves with the edit's result. An absent file is created, or stays absent and resolves `false`. */
  edit(edit: PayloadEdit, ifAbsent: 'create' | 'skip', options?: OperationOptions): Promise<boolean>;
  /** Seals the same credentials with a new key. Resolves `false` if the file doesn't exist. */
  reseal(keySource: KeySource, options?: OperationOptions): Promise<boolean>;
  /** Writes the file again, whichever one it is, so that the current home directory opens it. Resolves `false` if it doesn't exist. */
  adopt(options?: OperationOptions): Promise<boolean>;
}

interface Change {
  readonly edit: PayloadEdit;
  /** The key of the new file, instead of the current one's. Absent: the file keeps its keys. */
  readonly newKdf?: KdfHeader;
  readonly ifAbsent: 'create' | 'skip';
  readonly tolerance: Tolerance;
  /** The file counts as the expected one afterwards, whatever was recorded. */
  readonly accepts?: true;
}

/** How often a writer starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

export function createFileWriter({ reader, memory, ...options }: FileWriterOptions): FileWriter {
  const { keys, envelopeFile } = reader;
  const { keySource: configured } = reader.options;
  const { file } = envelopeFile;
  const newKeys = new NewKeys(keys, options);
  const random = options.random ?? randomBytes;
  const withLock = createLock(file);

  /** `prepare` runs before the lock is taken, so that nobody types a passphrase while other processes wait. */
  async function write(
    prepare: (isPresent: boolean) => Promise<Change>,
    tolerance: Tolerance,
    operation: OperationOptions | undefined,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const version = fileVersion(file);
      const current = await reader.readFile((envelope) => keys.open(envelope, operation), tolerance);
      const change = await prepare(current !== undefined);
      if (current === undefined && change.ifAbsent === 'skip') return false;
      const before = current && { version, current };
      const context = { before, random, memory, operation };
      const result = await withLock((held) => rewrite(reader, change, { ...context, held }), operation);
      if (result !== 'retry') return result;
    }
    throw contendedError(file);
  }

  return {
    edit: (edit, ifAbsent, operation) =>
      write(
        async (isPresent) => {
          const change = { edit, ifAbsent, tolerance: {} };
          if (isPresent || ifAbsent === 'skip') return change;
          const keySource = requireBoth(configured, (await memory.recallFile())?.keySource);
          return { ...change, newKdf: await newKeys.createKey(keySource, operation) };
        },
        {},
        operation,
      ),

    adopt(operation) {
      const tolerance: Tolerance = { replaced: true };
      const change: Change = { edit: () => true, ifAbsent: 'skip', tolerance, accepts: true };
      return write(async () => change, tolerance, operation);
    },

    async reseal(keySource, operation) {
      const tolerance: Tolerance = { downgrade: keySource === 'home' ? 'all' : 'setting' };
      let newKdf: KdfHeader | undefined;
      return write(
        async (isPresent) => {
          if (isPresent) newKdf ??= await newKeys.createReplacement(keySource, operation);
          return { edit: () => true, ifAbsent: 'skip', tolerance, ...(newKdf && { newKdf }) };
        },
        tolerance,
        operation,
      );
    },
  };
}

interface Rewrite {
  held(): boolean;
  /** The file before the lock was taken. It isn't read again if it's still the same version. */
  readonly before: { readonly version: FileVersion; readonly current: ReadFile } | undefined;
  readonly random: (bytes: number) => Uint8Array;
  readonly memory: FileMemory;
  readonly operation: OperationOptions | undefined;
}

/**
 * Reads, edits and replaces the file while its lock is held, so it never prompts. `retry`: the passphrase is needed
 * first, or another program changed the file meanwhile; nothing was written.
 */
async function rewrite(
  reader: FileReader,
  { edit, newKdf, ifAbsent, tolerance, accepts }: Change,
  { held, before, random, memory, operation }: Rewrite,
): Promise<boolean | 'retry'> {
  const { keys, envelopeFile } = reader;
  const { file, home, maxBytes, notice } = envelopeFile;
  removeOrphanedTemps(file.path);
  const expected = fileVersion(file);
  const current =
    before !== undefined && before.version === expected
      ? before.current
      : await reader.readFile((envelope) => keys.openWithoutPrompt(envelope), tolerance);
  const mayCreate = ifAbsent === 'create' && newKdf !== undefined && expected === undefined;
  if (current === undefined && !mayCreate) return 'retry';
  // The file appeared after the key for a new one was created.
  const kdf = current !== undefined && ifAbsent === 'create' ? undefined : newKdf;
  const payload = current?.payload ?? Payload.create(() => failPayload(file));
  if (!edit(payload)) return false;
  const sealing = await renewSealing(reader, current, kdf, random);
  const header: HeaderV2 = { ...sealing.header, nonce: newNonce(random) };
  const parts = payload.serialise();
  if (computeFileBytes(header, parts) > maxBytes || payload.isFull()) throw tooLargeError(file, maxBytes);
  for (const warning of checkPath(file)) notice(warning);
  restrictFolder(file, home, notice);
  const isPermitted = () => {
    throwIfAborted(operation);
    return held();
  };
  if (!(await replaceFile({ file, bytes: sealFile(sealing.fileKey, header, parts), expected, isPermitted })))
    return 'retry';
  if (current === undefined && (await memory.expectsFile()))
    notice(`${describeFile(file)} was missing, with the credentials in it; a new one was created`);
  await rememberWrite(memory, header, payload.counter + 1, accepts);
  return true;
}

/** Yields the file piece by piece. */
function* sealFile(
  fileKey: Uint8Array,
  header: HeaderV2,
  parts: readonly Buffer[],
): Generator<string | Buffer, void, void> {
  const { before, after } = formatAroundCiphertext(header);
  yield Buffer.from(before);
  yield* seal(fileKey, header, parts);
  yield after;
}

function computeFileBytes(header: HeaderV2, parts: readonly Buffer[]): number {
  const { before, after } = formatAroundCiphertext(header);
  const sealedBytes = parts.reduce((sum, { length }) => sum + length, tagBytes);
  return Buffer.byteLength(before) + Math.ceil(sealedBytes / 3) * 4 + after.length;
}

/** The file key and its slots: the current ones, or new ones for `newKdf` or for a file of version 1. */
async function renewSealing(
  { keys, options: { application, home }, envelopeFile: { file } }: FileReader,
  current: ReadFile | undefined,
  newKdf: KdfHeader | undefined,
  random: Rewrite['random'],
): Promise<{ readonly fileKey: Uint8Array; readonly header: Omit<HeaderV2, 'nonce'> }> {
  const envelope = current?.envelope;
  const id = envelope?.version === 2 ? envelope.id : Buffer.from(random(fileIdBytes)).toString('base64');
  const identity = { application, id };
  const oldKey = current?.opened.fileKey;
  const sealByHome = (kdf: HkdfHeader, fileKey: Uint8Array) =>
    createHomeSlots(file, home, kdf, fileKey, { identity, random });
  if (newKdf === undefined && envelope?.version === 2 && oldKey !== undefined) {
    const { slots } = envelope;
    if (isSealedForHome(home, envelope)) return { fileKey: oldKey, header: { version: 2, ...identity, slots } };
    const renewed = addHomeSlots(envelope, home, sealByHome(createHomeHeader(random), oldKey));
    return { fileKey: oldKey, header: { version: 2, ...identity, slots: renewed } };
  }
  const kdf = newKdf ?? (envelope?.version === 1 ? envelope.kdf : undefined);
  if (kdf === undefined) throw new Error('a new slot has no key derivation');
  const fileKey = newFileKey(random);
  if (kdf.name === 'hkdf-sha256')
    return { fileKey, header: { version: 2, ...identity, slots: sealByHome(kdf, fileKey) } };
  const slotKey = await keys.findKey(kdf);
  if (slotKey === undefined) throw new Error('a new slot has no key');
  return { fileKey, header: { version: 2, ...identity, slots: [createSlot(slotKey, kdf, fileKey, identity, random)] } };
}

async function rememberWrite(
  memory: FileMemory,
  header: HeaderV2,
  counter: number,
  accepts: boolean | undefined,
): Promise<void> {
  const keySource = header.slots.some(({ kind }) => kind === 'home') ? 'home' : 'passphrase';
  const replaces = accepts ? 'any' : (await memory.recallFile())?.written?.id;
  memory.rememberFile({ record: { keySource, written: { id: header.id, counter } }, replaces });
}

function failPayload(file: ManagedFile): never {
  throw damagedError(file, 'its payload is not a list of credentials');
}

function tooLargeError(file: ManagedFile, maxBytes: number): CredentialError {
  return new CredentialError('too-large', `${describeFile(file)} would become larger than ${maxBytes} bytes`);
}
