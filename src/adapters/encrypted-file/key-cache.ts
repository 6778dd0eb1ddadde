import { CredentialError } from '../../domain/credential-error.ts';
import { normaliseKdfHeader } from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { damagedError, describeFile, type ManagedFile } from '../files/file-errors.ts';
import type { DeriveKey } from './kdf.ts';
import { open, type SealedPayload } from './seal.ts';

export interface KeyCacheOptions {
  readonly home: string;
  readonly passphrases: PassphraseSource;
  readonly derive: DeriveKey;
}

const maxAttempts = 3;

/** The keys of one file, by KDF header, so that its passphrase is asked for only once. */
export class KeyCache {
  readonly #file: ManagedFile;
  readonly #options: KeyCacheOptions;
  readonly #keys = new Map<string, Uint8Array>();
  /** The latest prompt for the passphrase. */
  #prompt: Promise<unknown> = Promise.resolve();

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

  /** Adds the key of a new passphrase. The empty one, which never opens a file → `passphrase-required`. */
  async addPassphrase(kdf: KdfHeader, passphrase: Secret): Promise<void> {
    const key = await this.#deriveFromPassphrase(kdf, passphrase);
    if (key === undefined) throw passphraseRequiredError(this.#file);
    this.#add(kdf, key);
  }

  /** Returns `undefined` for the empty passphrase. */
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
