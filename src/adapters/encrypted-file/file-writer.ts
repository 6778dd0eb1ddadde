import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { serialiseEnvelope } from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { contendedError, describeFile, type ManagedFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { checkPath, restrictFolder } from '../files/permissions.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';
import { type EnvelopeFile, parsePayload, readEnvelope } from './envelope-file.ts';
import type { FileReader } from './file-reader.ts';
import type { KeyCache } from './key-cache.ts';
import { type NewKeyOptions, NewKeys } from './new-keys.ts';
import { Payload } from './payload.ts';
import { sealWithNewNonce } from './seal.ts';

export interface FileWriterOptions extends NewKeyOptions {
  readonly reader: FileReader;
}

interface FileBeingWritten extends EnvelopeFile {
  readonly keys: KeyCache;
  readonly random: (bytes: number) => Uint8Array;
}

/** Changes a payload in place. Returns `false` if there was nothing to change. */
export type Edit = (payload: Payload) => boolean;

/** Replaces the file under its lock. A writer that is killed leaves the old file or the new one. */
export interface FileWriter {
  /** Resolves with the edit's result. An absent file is created, or stays absent and resolves `false`. */
  edit(edit: Edit, ifAbsent: 'create' | 'skip', options?: OperationOptions): Promise<boolean>;
  /** Seals the same credentials with a new key. Resolves `false` if the file doesn't exist. */
  reseal(keySource: KeySource, options?: OperationOptions): Promise<boolean>;
}

interface Change {
  readonly edit: Edit;
  /** Returns the new file's KDF, given the current one; `undefined` if this change doesn't apply to such a file. */
  selectKdf(current: KdfHeader | undefined): KdfHeader | undefined;
}

/** How often a writer starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

export function createFileWriter({ reader, ...options }: FileWriterOptions): FileWriter {
  const { keys, envelopeFile } = reader;
  const { file } = envelopeFile;
  const newKeys = new NewKeys(keys, options);
  const target: FileBeingWritten = { ...envelopeFile, keys, random: options.random ?? randomBytes };
  const withLock = createLock(file);

  /** `prepare` runs before the lock is taken, so that nobody types a passphrase while other processes wait. */
  async function write(
    prepare: (isPresent: boolean) => Promise<Change | 'skip'>,
    operation: OperationOptions | undefined,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const current = await readEnvelope(envelopeFile);
      if (current !== undefined) await keys.open(current, operation);
      const change = await prepare(current !== undefined);
      if (change === 'skip') return false;
      const result = await withLock((held) => rewrite(target, change, held, operation), operation);
      if (result !== 'retry') return result;
    }
    throw contendedError(file);
  }

  return {
    edit: (edit, ifAbsent, operation) =>
      write(async (isPresent) => {
        if (!isPresent && ifAbsent === 'skip') return 'skip';
        const newKdf = isPresent ? undefined : await newKeys.createKey(operation);
        return { edit, selectKdf: (current) => current ?? newKdf };
      }, operation),

    async reseal(keySource, operation) {
      let newKdf: KdfHeader | undefined;
      return write(async (isPresent) => {
        if (!isPresent) return 'skip';
        newKdf ??= await newKeys.createReplacement(keySource, operation);
        return { edit: () => true, selectKdf: (current) => current && newKdf };
      }, operation);
    },
  };
}

/**
 * Reads, edits and replaces the file while its lock is held, so it never prompts. `retry`: the passphrase is needed
 * first, or another program changed the file meanwhile; nothing was written.
 */
async function rewrite(
  options: FileBeingWritten,
  { edit, selectKdf }: Change,
  held: () => boolean,
  operation: OperationOptions | undefined,
): Promise<boolean | 'retry'> {
  const { file, home, keys, maxBytes, notice, random } = options;
  removeOrphanedTemps(file.path);
  const expected = fileVersion(file);
  const current = await readEnvelope(options);
  const kdf = selectKdf(current?.kdf);
  const key = kdf && (await keys.findKey(kdf));
  const opened = current && (await keys.openWithoutPrompt(current));
  if (key === undefined || kdf === undefined || (current && opened === undefined)) return 'retry';
  const payload = opened ? parsePayload(file, opened) : new Payload();
  if (!edit(payload)) return false;
  const text = serialiseEnvelope(sealWithNewNonce(key, kdf, payload.serialise(), random));
  if (text.length > maxBytes) throw tooLargeError(file, maxBytes);
  for (const warning of checkPath(file)) notice(warning);
  restrictFolder(file, home, notice);
  const isPermitted = () => {
    throwIfAborted(operation);
    return held();
  };
  return (await replaceFile({ file, bytes: Buffer.from(text), expected, isPermitted })) || 'retry';
}

function tooLargeError(file: ManagedFile, maxBytes: number): CredentialError {
  return new CredentialError('too-large', `${describeFile(file)} would become larger than ${maxBytes} bytes`);
}
