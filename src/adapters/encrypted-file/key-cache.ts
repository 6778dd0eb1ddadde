import { CredentialError } from '../../domain/credential-error.ts';
import { normaliseKdfHeader } from '../../domain/envelope/envelope.ts';
import {
  type Argon2Cost,
  argon2SaltBytes,
  hkdfSaltBytes,
  type KdfHeader,
} from '../../domain/envelope/key-derivation.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { damagedError, describeFile, type ManagedFile } from '../files/file-errors.ts';
import type { DeriveKey } from './kdf.ts';
import { open, type SealedPayload } from './seal.ts';

export interface KeyCacheOptions {
  /** What opens a new file. */
  readonly keySource: KeySource;
  readonly home: string;
  readonly passphrases: PassphraseSource;
  readonly cost: Argon2Cost;
  readonly derive: DeriveKey;
  readonly random: (bytes: number) => Uint8Array;
}

const maxAttempts = 3;

/** The keys of one file, by KDF header, so that its passphrase is asked for only once. */
export class KeyCache {
  readonly #file: ManagedFile;
  readonly #options: KeyCacheOptions;
  readonly #keys = new Map<string, Uint8Array>();
  /** The latest prompt for the passphrase. */
  #prompt: Promise<unknown> = Promise.resolve();
  /** The prompt for a new file's passphrase, while it's open. */
  #newKey: Promise<KdfHeader> | undefined;

  constructor(file: ManagedFile, options: KeyCacheOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Returns the payload. Asks for the passphrase, up to three times, if the key isn't in the cache. */
  async open(sealed: SealedPayload, options?: OperationOptions): Promise<Buffer> {
    const payload = await this.openWithoutPrompt(sealed);
    if (payload !== undefined) return payload;
    // If several operations run concurrently, one prompts, and the others find its key in the cache.
    const turn = this.#prompt
      .then(async () => (await this.openWithoutPrompt(sealed)) ?? this.#askAndOpen(sealed, options))
      .finally(() => this.#options.passphrases.done?.());
    this.#prompt = turn.catch(() => undefined);
    return rejectOnAbort(turn, options);
  }

  /** Returns the payload, or `undefined` if the passphrase is needed. */
  async openWithoutPrompt(sealed: SealedPayload): Promise<Buffer | undefined> {
    const key = await this.findKey(sealed.kdf);
    if (key === undefined) return undefined;
    const payload = open(key, sealed);
    if (payload === undefined) throw alteredError(this.#file, sealed.kdf);
    return payload;
  }

  /** Returns the key, or `undefined` if the passphrase is needed. */
  async findKey(kdf: KdfHeader): Promise<Uint8Array | undefined> {
    const key = this.#keys.get(toId(kdf));
    if (key !== undefined || kdf.name === 'argon2id') return key;
    return this.#add(kdf, await this.#derive(kdf, Buffer.from(this.#options.home)));
  }

  /** Creates the key of a new file and returns its header. Asks for a new passphrase if that opens the file. */
  async createKey(options?: OperationOptions): Promise<KdfHeader> {
    if (this.#options.keySource === 'home') return this.#newHomeHeader();
    this.#newKey ??= this.#addPassphraseKey(this.#options.passphrases.create()).finally(() => {
      this.#options.passphrases.done?.();
      this.#newKey = undefined;
    });
    return rejectOnAbort(this.#newKey, options);
  }

  /** Creates a key to replace the file's current one and returns its header. */
  async createReplacement(keySource: KeySource, options?: OperationOptions): Promise<KdfHeader> {
    if (keySource === 'home') return this.#newHomeHeader();
    const { passphrases } = this.#options;
    const header = this.#addPassphraseKey(passphrases.change()).finally(() => passphrases.done?.());
    return rejectOnAbort(header, options);
  }

  clear(): void {
    this.#keys.clear();
  }

  async #askAndOpen(sealed: SealedPayload, options: OperationOptions | undefined): Promise<Buffer> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      throwIfAborted(options);
      const passphrase = await this.#options.passphrases.open(attempt);
      if (passphrase === undefined && attempt === 1) throw passphraseRequiredError(this.#file);
      if (passphrase === undefined) break;
      throwIfAborted(options);
      const key = await this.#deriveFromPassphrase(sealed.kdf, passphrase);
      const payload = key && open(key, sealed);
      if (key === undefined || payload === undefined) continue;
      this.#add(sealed.kdf, key);
      return payload;
    }
    throw wrongPassphraseError(this.#file);
  }

  #newHomeHeader(): KdfHeader {
    return { name: 'hkdf-sha256', salt: this.#newSalt(hkdfSaltBytes) };
  }

  async #addPassphraseKey(answer: Promise<Secret>): Promise<KdfHeader> {
    const passphrase = await answer;
    // Deriving may block the process. Other operations that found no file can share this answer, so let them start first.
    await new Promise((done) => setImmediate(done));
    const kdf: KdfHeader = { name: 'argon2id', ...this.#options.cost, salt: this.#newSalt(argon2SaltBytes) };
    const key = await this.#deriveFromPassphrase(kdf, passphrase);
    if (key === undefined) throw passphraseRequiredError(this.#file);
    this.#add(kdf, key);
    return kdf;
  }

  /** Returns `undefined` for the empty passphrase, which never opens a file. */
  async #deriveFromPassphrase(kdf: KdfHeader, passphrase: Secret): Promise<Uint8Array | undefined> {
    return passphrase.expose().length === 0 ? undefined : this.#derive(kdf, passphrase.expose());
  }

  async #derive(kdf: KdfHeader, input: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#options.derive(kdf, input);
    } catch (error) {
      throw derivationError(this.#file, error);
    }
  }

  #add(kdf: KdfHeader, key: Uint8Array): Uint8Array {
    this.#keys.set(toId(kdf), key);
    return key;
  }

  #newSalt(bytes: number): string {
    return Buffer.from(this.#options.random(bytes)).toString('base64');
  }
}

function toId(kdf: KdfHeader): string {
  return JSON.stringify(normaliseKdfHeader(kdf));
}

/** For a key that isn't in doubt: the home directory's, or that of a passphrase which has opened the file before. */
function alteredError(file: ManagedFile, kdf: KdfHeader): CredentialError {
  const why = kdf.name === 'argon2id' ? 'it was altered' : 'it was altered, or sealed under another home directory';
  return damagedError(file, why);
}

/** GCM can't tell a wrong passphrase from a damaged file. */
function wrongPassphraseError(file: ManagedFile): CredentialError {
  return new CredentialError('wrong-passphrase', `wrong passphrase for ${describeFile(file)}`, {
    hint: 'if you are sure that the passphrase is right, the file is damaged: restore it from a backup',
  });
}

function passphraseRequiredError(file: ManagedFile): CredentialError {
  return new CredentialError('passphrase-required', `a passphrase is required for ${describeFile(file)}`);
}

function derivationError(file: ManagedFile, cause: unknown): CredentialError {
  const message = `the key of ${describeFile(file)} cannot be derived: ${String(cause)}`;
  return new CredentialError('failed', message, { cause });
}
