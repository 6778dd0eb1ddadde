import { randomBytes } from 'node:crypto';
import {
  type Argon2Cost,
  argon2SaltBytes,
  hkdfSaltBytes,
  type KdfHeader,
  recommendedCost,
} from '../../domain/envelope/key-derivation.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { addPassphrase } from './ask-passphrase.ts';
import type { KeyCache } from './key-cache.ts';

export interface NewKeyOptions {
  readonly passphrases: PassphraseSource;
  /** Cost of the key derivation for a new file. Default: RFC 9106's second recommended option. */
  readonly cost?: Argon2Cost;
  readonly random?: (bytes: number) => Uint8Array;
}

/** Creates keys for a file that doesn't exist yet, or that gets another one. Every new key is in the cache. */
export class NewKeys {
  readonly #keys: KeyCache;
  readonly #options: NewKeyOptions;
  readonly #random: (bytes: number) => Uint8Array;
  /** The prompt for a new file's passphrase, while it's open. */
  #prompt: Promise<KdfHeader> | undefined;

  constructor(keys: KeyCache, options: NewKeyOptions) {
    this.#keys = keys;
    this.#options = options;
    this.#random = options.random ?? randomBytes;
  }

  /** Creates the key of a new file and returns its header. Asks for a new passphrase if that opens the file. */
  async createKey(keySource: KeySource, options?: OperationOptions): Promise<KdfHeader> {
    if (keySource === 'home') return this.#newHomeHeader();
    this.#prompt ??= this.#addPassphraseKey(this.#options.passphrases.create(), options).finally(() => {
      this.#options.passphrases.done?.();
      this.#prompt = undefined;
    });
    return rejectOnAbort(this.#prompt, options);
  }

  /** Creates a key to replace the file's current one and returns its header. */
  async createReplacement(keySource: KeySource, options?: OperationOptions): Promise<KdfHeader> {
    if (keySource === 'home') return this.#newHomeHeader();
    const { passphrases } = this.#options;
    const header = this.#addPassphraseKey(passphrases.change(), options).finally(() => passphrases.done?.());
    return rejectOnAbort(header, options);
  }

  #newHomeHeader(): KdfHeader {
    return { name: 'hkdf-sha256', salt: this.#newSalt(hkdfSaltBytes) };
  }

  async #addPassphraseKey(answer: Promise<Secret>, options: OperationOptions | undefined): Promise<KdfHeader> {
    const passphrase = await answer;
    // Other operations that found no file can share this answer, so let them start first.
    await new Promise((done) => setImmediate(done));
    const kdf: KdfHeader = {
      name: 'argon2id',
      ...(this.#options.cost ?? recommendedCost),
      salt: this.#newSalt(argon2SaltBytes),
    };
    await addPassphrase(this.#keys, kdf, passphrase, options);
    return kdf;
  }

  #newSalt(bytes: number): string {
    return Buffer.from(this.#random(bytes)).toString('base64');
  }
}
