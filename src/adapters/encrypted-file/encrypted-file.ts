import { findHeaderKeySource } from '../../domain/envelope/envelope.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/interaction.ts';
import type { FileMemory } from '../../ports/placement-repository.ts';
import { throwIfAborted } from '../files/abort.ts';
import { yieldToEvents } from '../process/timers.ts';
import { checkCall, type ExistingFileOptions, FileReader, type ReaderOptions, type Tolerance } from './file-reader.ts';
import type { FileWriter } from './file-writer.ts';
import type { NewKeyOptions } from './new-keys.ts';
import type { Payload } from './payload.ts';

export interface EncryptedFileOptions extends ReaderOptions, NewKeyOptions {
  readonly memory: FileMemory;
}

export interface EncryptedFile extends CredentialStore {
  /**
   * Seals the file with a new key: the home directory's, or that of the passphrase which the source returns for
   * `change`. Resolves `false` if the file doesn't exist. If the process is killed, the old key or the new one opens it.
   */
  reseal(keySource: KeySource, options?: OperationOptions): Promise<boolean>;

  /**
   * Remembers the file as it is now as the expected one, after the user restored a backup or removed it. It must open,
   * and be protected as required. Resolves `false` if it doesn't exist.
   */
  accept(options?: OperationOptions): Promise<boolean>;

  /**
   * Seals a file of the home directory `oldHome` for the current one, and remembers it as the expected file. Resolves what
   * opens it, or `undefined` if it doesn't exist. If neither home directory opens it → `file-damaged`.
   */
  adoptHome(oldHome: string, options?: OperationOptions): Promise<KeySource | undefined>;
}

/** The store that needs nothing but a folder. Its format is docs/envelope.md. */
export function createEncryptedFile(options: EncryptedFileOptions): EncryptedFile {
  const reader = new FileReader(options);

  /** A read is synchronous. One turn of the event loop passes first, so that the process's other work proceeds. */
  async function read(options?: OperationOptions): Promise<Payload | undefined> {
    await yieldToEvents();
    return reader.read(options);
  }

  let loaded: Promise<FileWriter> | undefined;
  const loadWriter = () => {
    loaded ??= import('./file-writer.ts').then(({ createFileWriter }) => createFileWriter({ ...options, reader }));
    return loaded;
  };

  return {
    id: 'file',
    listing: 'all',

    async get(name, options) {
      const checked = checkCall(name, options);
      return (await read(options))?.get(checked);
    },

    async set(name, secret, options) {
      const checked = checkCall(name, options);
      const edit = (payload: Payload) => {
        if (payload.has(checked)) options?.onReplaced?.();
        payload.set(checked, secret);
        return true;
      };
      await (await loadWriter()).edit(edit, 'create', options);
    },

    async delete(name, options) {
      const checked = checkCall(name, options);
      if (!(await read(options))?.has(checked)) return false;
      return (await loadWriter()).edit((payload) => payload.delete(checked), 'skip', options);
    },

    async list(service, options) {
      throwIfAborted(options);
      const names = (await read(options))?.names() ?? [];
      return service === undefined ? names : names.filter((name) => name.service === service);
    },

    async reseal(keySource, options) {
      throwIfAborted(options);
      return (await loadWriter()).reseal(keySource, options);
    },

    async accept(operation) {
      throwIfAborted(operation);
      const { memory, keySource } = options;
      // `passphrase change` adds what the setting requires, but only to a file that was accepted.
      const tolerance = { replaced: true, downgrade: 'setting' } as const;
      const file = await reader.readFile((envelope) => reader.keys.open(envelope, operation), tolerance);
      if (file === undefined) {
        const record = await memory.recallFile(true);
        memory.rememberFile({ record: { keySource: record?.keySource ?? keySource }, replaces: 'any' });
        return false;
      }
      const { envelope, payload } = file;
      const written = envelope.version === 2 && { id: envelope.id, counter: payload.counter };
      const record = { keySource: findHeaderKeySource(envelope) ?? keySource, ...(written && { written }) };
      memory.rememberFile({ record, replaces: 'any' });
      return true;
    },

    async adoptHome(oldHome, operation) {
      throwIfAborted(operation);
      const { createFileWriter } = await import('./file-writer.ts');
      const oldReader = new FileReader({ ...options, oldHome });
      const adopted = await createFileWriter({ ...options, reader: oldReader }).adopt(operation);
      await oldReader.close();
      return adopted ? (await options.memory.recallFile())?.keySource : undefined;
    },

    async close() {
      await reader.close();
    },
  };
}

/**
 * Returns what opens the file, without a key; `undefined` if the file doesn't exist. Rejects as the store does if the file is
 * damaged, foreign, refused, replaced, missing or unreadable, but not if it's weaker than required.
 */
export async function findKeySource(options: ExistingFileOptions): Promise<KeySource | undefined> {
  const reader = new FileReader({ ...options, passphrases: noPassphrases });
  const { file, notice } = reader.envelopeFile;
  const { checkPath } = await import('../files/permissions.ts');
  for (const warning of checkPath(file)) notice(warning);
  return readKeySource(reader, { downgrade: 'all' });
}

/** Rejects as a read does if the file isn't the expected one, but needs no key. So it doesn't notice an altered payload. */
export async function checkExpected(options: ExistingFileOptions): Promise<void> {
  await readKeySource(new FileReader({ ...options, passphrases: noPassphrases }), {});
}

async function readKeySource(reader: FileReader, tolerance: Tolerance): Promise<KeySource | undefined> {
  let keySource: KeySource | undefined;
  await reader.readFile(async (envelope) => {
    keySource = findHeaderKeySource(envelope) ?? 'passphrase';
    return undefined;
  }, tolerance);
  if (keySource === undefined) await reader.rejectMissing();
  return keySource;
}

function none(): Promise<never> {
  return Promise.reject(new Error('reading the header asks for no passphrase'));
}

const noPassphrases: PassphraseSource = { open: none, create: none, change: none };
