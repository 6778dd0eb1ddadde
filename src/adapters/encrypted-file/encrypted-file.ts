import type { KeySource } from '../../domain/profile.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { readEnvelope } from './envelope-file.ts';
import { checkCall, type ExistingFileOptions, FileReader, type ReaderOptions, toEnvelopeFile } from './file-reader.ts';
import type { FileWriter } from './file-writer.ts';
import type { NewKeyOptions } from './new-keys.ts';
import type { Payload } from './payload.ts';

export interface EncryptedFileOptions extends ReaderOptions, NewKeyOptions {}

export interface EncryptedFile extends CredentialStore {
  /**
   * Seals the file with a new key: the home directory's, or that of the passphrase which the source returns for
   * `change`. Resolves `false` if the file doesn't exist. If the process is killed, the old key or the new one opens it.
   */
  reseal(keySource: KeySource, options?: OperationOptions): Promise<boolean>;
}

/** The store that needs nothing but a folder. Its format is docs/envelope.md. */
export function createEncryptedFile(options: EncryptedFileOptions): EncryptedFile {
  const reader = new FileReader(options);

  /** A read is synchronous. One turn of the event loop passes first, so that the process's other work proceeds. */
  async function read(options?: OperationOptions): Promise<Payload | undefined> {
    await new Promise((done) => setImmediate(done));
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

    async close() {
      await reader.close();
    },
  };
}

/**
 * Returns what opens the file, without a key; `undefined` if the file doesn't exist. Rejects as a write does if the file is
 * damaged, foreign or unreadable, or if it or its path is refused.
 */
export async function findKeySource(options: ExistingFileOptions): Promise<KeySource | undefined> {
  const envelopeFile = toEnvelopeFile(options);
  const { checkPath } = await import('../files/permissions.ts');
  for (const warning of checkPath(envelopeFile.file)) envelopeFile.notice(warning);
  const envelope = await readEnvelope(envelopeFile);
  return envelope && (envelope.kdf.name === 'argon2id' ? 'passphrase' : 'home');
}
