import { randomBytes } from 'node:crypto';
import {
  type Argon2Cost,
  argon2SaltBytes,
  type HkdfHeader,
  hkdfSaltBytes,
  type KdfHeader,
  recommendedCost,
} from '../../domain/envelope/key-derivation.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/interaction.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { yieldToEvents } from '../process/timers.ts';
import { addPassphrase } from './ask-passphrase.ts';
import type { KeyCache } from './key-cache.ts';

export interface NewKeyOptions {
  readonly passphrases: PassphraseSource;
  /** Cost of the key derivation for a new file. Default: RFC 9106's second recommended option. */
  readonly cost?: Argon2Cost;
  readonly random?: (bytes: number) => Uint8Array;
}

/** A new file's passphrase, for all operations that wait for it: one that is aborted doesn't end the others' derivation. */
interface SharedPassphrase {
  readonly header: Promise<KdfHeader>;
  waiting: number;
  /** Aborted when the last operation leaves, and replaced if another one joins before the derivation. */
  abort: AbortController;
  deriving: boolean;
}

/** The key derivation of a new slot of the home directory. */
export function createHomeHeader(random: (bytes: number) => Uint8Array): HkdfHeader {
  return { name: 'hkdf-sha256', salt: Buffer.from(random(hkdfSaltBytes)).toString('base64') };
}

/** Creates keys for a file that doesn't exist yet, or that gets another one. Every new key is in the cache. */
export class NewKeys {
  readonly #keys: KeyCache;
  readonly #options: NewKeyOptions;
  readonly #random: (bytes: number) => Uint8Array;
  /** The new file's passphrase, from its prompt until its key is derived. */
  #newFile: SharedPassphrase | undefined;

  constructor(keys: KeyCache, options: NewKeyOptions) {
    this.#keys = keys;
    this.#options = options;
    this.#random = options.random ?? randomBytes;
  }

  /** Creates the key of a new file and returns its header. Asks for a new passphrase if that opens the file. */
  async createKey(keySource: KeySource, options?: OperationOptions): Promise<KdfHeader> {
    if (keySource === 'home') return createHomeHeader(this.#random);
    this.#newFile ??= this.#askForNewFile();
    const shared = this.#newFile;
    shared.waiting += 1;
    if (shared.abort.signal.aborted) shared.abort = new AbortController();
    return rejectOnAbort(shared.header, options).finally(() => this.#leave(shared));
  }

  /** Creates a key to replace the file's current one and returns its header. */
  async createReplacement(keySource: KeySource, options?: OperationOptions): Promise<KdfHeader> {
    if (keySource === 'home') return createHomeHeader(this.#random);
    const { passphrases } = this.#options;
    const header = this.#addPassphraseKey(passphrases.change(), () => options).finally(() => passphrases.done?.());
    return rejectOnAbort(header, options);
  }

  #askForNewFile(): SharedPassphrase {
    const { passphrases } = this.#options;
    const shared: SharedPassphrase = {
      header: this.#addPassphraseKey(passphrases.create(), () => {
        shared.deriving = true;
        return { signal: shared.abort.signal };
      }).finally(() => {
        passphrases.done?.();
        if (this.#newFile === shared) this.#newFile = undefined;
      }),
      waiting: 0,
      abort: new AbortController(),
      deriving: false,
    };
    return shared;
  }

  /** Ends the derivation if nobody waits for it any more. */
  #leave(shared: SharedPassphrase): void {
    shared.waiting -= 1;
    if (shared.waiting > 0) return;
    shared.abort.abort();
    if (shared.deriving && this.#newFile === shared) this.#newFile = undefined;
  }

  async #addPassphraseKey(
    answer: Promise<Secret>,
    startDeriving: () => OperationOptions | undefined,
  ): Promise<KdfHeader> {
    const passphrase = await answer;
    // Other operations that found no file can share this answer, so let them start first.
    await yieldToEvents();
    const kdf: KdfHeader = {
      name: 'argon2id',
      ...(this.#options.cost ?? recommendedCost),
      salt: this.#newSalt(argon2SaltBytes),
    };
    await addPassphrase(this.#keys, kdf, passphrase, startDeriving());
    return kdf;
  }

  #newSalt(bytes: number): string {
    return Buffer.from(this.#random(bytes)).toString('base64');
  }
}
