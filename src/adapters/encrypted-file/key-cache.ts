import { type Envelope, normaliseKdfHeader } from '../../domain/envelope/envelope.ts';
import {
  type Argon2Cost,
  argon2SaltBytes,
  hkdfSaltBytes,
  type KdfHeader,
} from '../../domain/envelope/key-derivation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import type { ManagedFile } from '../files/file-errors.ts';
import { alteredError, derivationError, passphraseRequiredError, wrongPassphraseError } from './envelope-file.ts';
import type { DeriveKey } from './kdf.ts';
import { open } from './seal.ts';

export interface KeyCacheOptions {
  readonly keySource: 'home' | 'passphrase';
  readonly home: string;
  readonly passphrases: PassphraseSource;
  readonly cost: Argon2Cost;
  readonly derive: DeriveKey;
  readonly random: (bytes: number) => Uint8Array;
}

const maxPassphraseAttempts = 3;

/** The keys of one file, by the header they were derived from: a passphrase is asked for once. */
export class KeyCache {
  readonly #file: ManagedFile;
  readonly #options: KeyCacheOptions;
  readonly #keys = new Map<string, Uint8Array>();
  #asking: Promise<unknown> = Promise.resolve();
  #new: Promise<KdfHeader> | undefined;

  constructor(file: ManagedFile, options: KeyCacheOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** The payload. Asks for the passphrase, up to three times, if its key is not known yet. */
  async open(envelope: Envelope, options?: OperationOptions): Promise<Uint8Array> {
    const payload = await this.openWithKnownKey(envelope);
    if (payload !== undefined) return payload;
    // Of several operations at once one asks, and the others find the key that it left.
    const turn = this.#asking
      .then(async () => (await this.openWithKnownKey(envelope)) ?? this.#ask(envelope, options))
      .finally(() => this.#options.passphrases.done?.());
    this.#asking = turn.catch(() => undefined);
    return rejectOnAbort(turn, options);
  }

  /** The payload; `undefined` when somebody would have to be asked. */
  async openWithKnownKey(envelope: Envelope): Promise<Uint8Array | undefined> {
    const key = await this.findKey(envelope.kdf);
    if (key === undefined) return undefined;
    const payload = open(key, envelope);
    if (payload === undefined) {
      throw alteredError(this.#file, envelope.kdf.name === 'argon2id' ? 'passphrase' : 'home');
    }
    return payload;
  }

  /** The key; `undefined` when somebody would have to be asked. */
  async findKey(kdf: KdfHeader): Promise<Uint8Array | undefined> {
    const key = this.#keys.get(toId(kdf));
    if (key !== undefined || kdf.name === 'argon2id') return key;
    return this.#keep(kdf, await this.#derive(kdf, Buffer.from(this.#options.home)));
  }

  /** A header for a new file, whose key is known from now on. Asks for a new passphrase where it is sealed by one. */
  async createHeader(options?: OperationOptions): Promise<KdfHeader> {
    if (this.#options.keySource === 'home') return this.#byHome();
    this.#new ??= this.#byPassphrase(this.#options.passphrases.create()).finally(() => {
      this.#options.passphrases.done?.();
      this.#new = undefined;
    });
    return rejectOnAbort(this.#new, options);
  }

  /** A header that is to take the place of a file's, whose key is known from now on. Asks as {@link createHeader} does. */
  async createNewHeader(seal: 'home' | 'passphrase', options?: OperationOptions): Promise<KdfHeader> {
    if (seal === 'home') return this.#byHome();
    const { passphrases } = this.#options;
    const changed = this.#byPassphrase(passphrases.change()).finally(() => passphrases.done?.());
    return rejectOnAbort(changed, options);
  }

  clear(): void {
    this.#keys.clear();
  }

  async #ask(envelope: Envelope, options: OperationOptions | undefined): Promise<Uint8Array> {
    for (let attempt = 1; attempt <= maxPassphraseAttempts; attempt++) {
      throwIfAborted(options);
      const passphrase = await this.#options.passphrases.open(attempt);
      if (passphrase === undefined && attempt === 1) throw passphraseRequiredError(this.#file);
      if (passphrase === undefined) break;
      throwIfAborted(options);
      const key = await this.#fromPassphrase(envelope.kdf, passphrase);
      const payload = key && open(key, envelope);
      if (key === undefined || payload === undefined) continue;
      this.#keep(envelope.kdf, key);
      return payload;
    }
    throw wrongPassphraseError(this.#file);
  }

  #byHome(): KdfHeader {
    return { name: 'hkdf-sha256', salt: this.#salt(hkdfSaltBytes) };
  }

  async #byPassphrase(asked: Promise<Secret>): Promise<KdfHeader> {
    const passphrase = await asked;
    // Whoever looked for the file in the same turn comes now, and shares the answer: a key may be derived within one.
    await new Promise((done) => setImmediate(done));
    const kdf: KdfHeader = { name: 'argon2id', ...this.#options.cost, salt: this.#salt(argon2SaltBytes) };
    const key = await this.#fromPassphrase(kdf, passphrase);
    if (key === undefined) throw passphraseRequiredError(this.#file);
    this.#keep(kdf, key);
    return kdf;
  }

  /** `undefined`: the empty passphrase, which never seals a file. */
  async #fromPassphrase(kdf: KdfHeader, passphrase: Secret): Promise<Uint8Array | undefined> {
    return passphrase.expose().length === 0 ? undefined : this.#derive(kdf, passphrase.expose());
  }

  async #derive(kdf: KdfHeader, input: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#options.derive(kdf, input);
    } catch (error) {
      throw derivationError(this.#file, error);
    }
  }

  #keep(kdf: KdfHeader, key: Uint8Array): Uint8Array {
    this.#keys.set(toId(kdf), key);
    return key;
  }

  #salt(bytes: number): string {
    return Buffer.from(this.#options.random(bytes)).toString('base64');
  }
}

function toId(kdf: KdfHeader): string {
  return JSON.stringify(normaliseKdfHeader(kdf));
}
