import { randomBytes } from 'node:crypto';
import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import { type Argon2Cost, recommendedCost } from '../../domain/envelope/key-derivation.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { throwIfAborted } from '../files/abort.ts';
import { type EnvelopeFile, parsePayload, readEnvelope } from './envelope-file.ts';
import type { FileWriter } from './file-writer.ts';
import { type DeriveKey, deriveKey } from './kdf.ts';
import { KeyCache } from './key-cache.ts';
import type { Payload } from './payload.ts';

export interface ExistingFileOptions {
  /** Absolute. */
  readonly path: string;
  /** The path of the home directory. The key of a file with the key source `home` is derived from it. */
  readonly home: string;
  /** Receives each line once: permissions that were too loose, and folders that other users can write to. */
  notice(line: string): void;
  /** Largest file to read or write. Default: 256 MiB. */
  readonly maxFileBytes?: number;
}

export interface EncryptedFileOptions extends ExistingFileOptions {
  /** What opens a new file. The header of an existing file says what opens it. */
  readonly keySource: KeySource;
  readonly passphrases: PassphraseSource;
  /** Cost of the key derivation for a new file. Default: RFC 9106's second recommended option. */
  readonly cost?: Argon2Cost;
  readonly derive?: DeriveKey;
  readonly random?: (bytes: number) => Uint8Array;
}

export interface EncryptedFile extends CredentialStore {
  /**
   * Seals the file with a new key: the home directory's, or that of the passphrase which the source returns for
   * `change`. Resolves `false` if the file doesn't exist. If the process is killed, the old key or the new one opens it.
   */
  reseal(keySource: KeySource, options?: OperationOptions): Promise<boolean>;
}

/** The store that needs nothing but a folder. Its format is docs/envelope.md. */
export function createEncryptedFile(options: EncryptedFileOptions): EncryptedFile {
  const envelopeFile = toEnvelopeFile(options);
  const { cost = recommendedCost, derive = deriveKey, random = randomBytes } = options;
  const keys = new KeyCache(envelopeFile.file, { ...options, cost, derive, random });

  async function read(options?: OperationOptions): Promise<Payload | undefined> {
    const envelope = await readEnvelope(envelopeFile);
    return envelope && parsePayload(envelopeFile.file, await keys.open(envelope, options));
  }

  let loaded: Promise<FileWriter> | undefined;
  const loadWriter = () => {
    loaded ??= import('./file-writer.ts').then((module) => module.createFileWriter({ ...envelopeFile, keys, random }));
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
      keys.clear();
    },
  };
}

/**
 * Returns what opens the file, without a key; `undefined` if the file doesn't exist. Rejects as the store does if the file is
 * damaged, foreign, refused or unreadable.
 */
export async function findKeySource(options: ExistingFileOptions): Promise<KeySource | undefined> {
  const envelope = await readEnvelope(toEnvelopeFile(options));
  return envelope && (envelope.kdf.name === 'argon2id' ? 'passphrase' : 'home');
}

const defaultMaxFileBytes = 256 * 1024 * 1024;

function toEnvelopeFile({ path, home, notice, maxFileBytes }: ExistingFileOptions): EnvelopeFile {
  return {
    file: { path, label: 'encrypted file' },
    home,
    notice: omitRepeats(notice),
    maxBytes: maxFileBytes ?? defaultMaxFileBytes,
  };
}

function checkCall({ service, account }: CredentialName, options: OperationOptions | undefined): CredentialName {
  const name = toCredentialName(service, account);
  throwIfAborted(options);
  return name;
}

function omitRepeats(notice: (line: string) => void): (line: string) => void {
  const sent = new Set<string>();
  return (line) => {
    if (sent.has(line)) return;
    sent.add(line);
    notice(line);
  };
}
