import { randomBytes } from 'node:crypto';
import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import { type Argon2Cost, recommendedCost } from '../../domain/envelope/key-derivation.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { throwIfAborted } from '../files/abort.ts';
import type { ManagedFile } from '../files/file-errors.ts';
import { type EnvelopeFileOptions, parsePayload, readEnvelope, type SealedFileOptions } from './envelope-file.ts';
import type { FileWriter } from './file-writer.ts';
import { type DeriveKey, deriveKey } from './kdf.ts';
import { KeyCache } from './key-cache.ts';
import type { Payload } from './payload.ts';

/** What a file that exists is read with. */
export interface ExistingFileOptions {
  /** Absolute. */
  readonly path: string;
  /** The path of the user's home directory, as the environment gives it: the key of a file sealed by `home`. */
  readonly home: string;
  /** Hears, once each, what was put right without being asked: permissions that were too loose. */
  notice(line: string): void;
  /** Largest file that is read or written. 256 MiB unless given. */
  readonly maxFileBytes?: number;
}

export interface EncryptedFileOptions extends ExistingFileOptions {
  /** How a file that does not exist yet is sealed. One that exists says itself how it is. */
  readonly keySource: 'home' | 'passphrase';
  readonly passphrases: PassphraseSource;
  /** What deriving the key of a new file costs. RFC 9106's second recommendation unless given. */
  readonly cost?: Argon2Cost;
  readonly derive?: DeriveKey;
  readonly random?: (bytes: number) => Uint8Array;
}

const defaultMaxFileBytes = 256 * 1024 * 1024;

export interface EncryptedFile extends CredentialStore {
  /**
   * Seals the file anew, by the home directory or by the passphrase that its source gives for `change`; `false` where
   * there is no file. Killed anywhere, it opens as before or by the new one.
   */
  reseal(seal: 'home' | 'passphrase', options?: OperationOptions): Promise<boolean>;
}

/** The store that needs nothing but a folder. docs/envelope.md is the format. */
export function createEncryptedFile(options: EncryptedFileOptions): EncryptedFile {
  const envelopeFile = toEnvelopeFile(options);
  const { file } = envelopeFile;
  const { cost = recommendedCost, derive = deriveKey, random = randomBytes } = options;
  const keys = new KeyCache(file, { ...options, cost, derive, random });
  const sealed: SealedFileOptions = { ...envelopeFile, keys, random };

  async function read(options?: OperationOptions): Promise<Payload | undefined> {
    const envelope = await readEnvelope(sealed);
    return envelope && parsePayload(file, await keys.open(envelope, options));
  }

  let loaded: Promise<FileWriter> | undefined;
  const load = async () => (await import('./file-writer.ts')).createFileWriter(sealed);
  const changer = () => {
    loaded ??= load();
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
      await (await changer()).edit(edit, true, options);
    },

    async delete(name, options) {
      const checked = checkCall(name, options);
      if (!(await read(options))?.has(checked)) return false;
      return (await changer()).edit((payload) => payload.delete(checked), false, options);
    },

    async list(service, options) {
      throwIfAborted(options);
      const names = (await read(options))?.names() ?? [];
      return service === undefined ? names : names.filter((name) => name.service === service);
    },

    async reseal(seal, options) {
      throwIfAborted(options);
      return (await changer()).reseal(seal, options);
    },

    async close() {
      keys.clear();
    },
  };
}

/**
 * How the file that exists is sealed, told without a key; `undefined` where there is none. Rejects as the store would
 * for a file that is damaged, foreign, refused or unreadable.
 */
export async function findKeySource(options: ExistingFileOptions): Promise<'home' | 'passphrase' | undefined> {
  const envelope = await readEnvelope(toEnvelopeFile(options));
  return envelope && (envelope.kdf.name === 'argon2id' ? 'passphrase' : 'home');
}

function toEnvelopeFile({ path, home, notice, maxFileBytes }: ExistingFileOptions): EnvelopeFileOptions {
  const file: ManagedFile = { path, label: 'encrypted file' };
  return { file, home, notice: withoutRepeats(notice), maxBytes: maxFileBytes ?? defaultMaxFileBytes };
}

function checkCall({ service, account }: CredentialName, options: OperationOptions | undefined): CredentialName {
  const name = toCredentialName(service, account);
  throwIfAborted(options);
  return name;
}

function withoutRepeats(notice: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    notice(line);
  };
}
