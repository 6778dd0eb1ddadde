import { type HeaderV2, listSlots } from '../../domain/envelope/envelope.ts';
import { type KdfHeader, normaliseKdfHeader } from '../../domain/envelope/key-derivation.ts';
import type { KeySlot } from '../../domain/envelope/key-slot.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/interaction.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { damagedError, type ManagedFile } from '../files/file-errors.ts';
import type { DeriveKey } from './kdf.ts';
import { open, openSlot, type SealedPayload } from './seal.ts';

/** The paths of the home directory. A file may have been sealed when it was spelled differently. */
export interface HomePaths {
  /** The one that is tried first; `''` if it's unknown. */
  readonly home: string;
  otherHomes?(): readonly string[];
  /** An earlier home directory that the user named. */
  readonly oldHome?: string;
}

export interface KeyCacheOptions extends HomePaths {
  readonly program: string;
  /** The command that hints name. Default: {@link program}. */
  readonly command?: string;
  readonly passphrases: PassphraseSource;
  readonly derive: DeriveKey;
}

/** The payload of a file, and the file key. A file of version 1 has no file key. */
export interface OpenedFile {
  readonly payload: Buffer;
  readonly fileKey?: Uint8Array;
}

/** A key that opens a file, and the slot that it opens; version 1 has no slots. */
export interface KeyHole {
  readonly kdf: KdfHeader;
  readonly slot?: KeySlot;
}

/** The keys of one file, by KDF header, so that its passphrase is asked for only once. */
export class KeyCache {
  readonly file: ManagedFile;
  readonly options: KeyCacheOptions;
  readonly #keys = new Map<string, Uint8Array>();
  /** The latest prompt for the passphrase. */
  #prompt: Promise<unknown> = Promise.resolve();

  constructor(file: ManagedFile, options: KeyCacheOptions) {
    this.file = file;
    this.options = options;
  }

  /** Opens the file. Asks for the passphrase, up to three times, if the key isn't in the cache. */
  async open(sealed: SealedPayload, options?: OperationOptions): Promise<OpenedFile> {
    const opened = await this.openWithoutPrompt(sealed);
    if (opened !== undefined) return opened;
    const { askAndOpen } = await import('./ask-passphrase.ts');
    // If several operations run concurrently, one prompts, and the others find its key in the cache.
    const turn = this.#prompt
      .then(async () => (await this.openWithoutPrompt(sealed)) ?? askAndOpen(this, sealed, options))
      .finally(() => this.options.passphrases.done?.());
    this.#prompt = turn.catch(() => undefined);
    return rejectOnAbort(turn, options);
  }

  /** Opens the file, or returns `undefined` if the passphrase is needed. */
  async openWithoutPrompt(sealed: SealedPayload): Promise<OpenedFile | undefined> {
    const holes = listKeyHoles(sealed);
    let needsPassphrase = false;
    for (const hole of holes) {
      const key = await this.findKey(hole.kdf);
      needsPassphrase ||= key === undefined;
      const opened = key && (await this.tryKey(sealed, hole, key));
      if (opened) return opened;
    }
    if (holes.some(({ kdf }) => kdf.name !== 'argon2id')) {
      const { openByAnotherHome } = await import('./home-keys.ts');
      const opened = await openByAnotherHome(this, sealed, holes);
      if (opened) return opened;
    }
    if (needsPassphrase) return undefined;
    const { unopenedError } = await import('./ask-passphrase.ts');
    throw unopenedError(this, holes);
  }

  /** Returns `undefined` if the key is the wrong one. If it opens the slot, but not the payload → `file-damaged`. */
  async tryKey(sealed: SealedPayload, { slot }: KeyHole, key: Uint8Array): Promise<OpenedFile | undefined> {
    if (sealed.version === 1 || slot === undefined) {
      const payload = open(key, sealed);
      return payload && { payload };
    }
    const fileKey = openSlot(key, slot, sealed);
    if (fileKey === undefined) return undefined;
    const payload = open(fileKey, sealed);
    if (payload !== undefined) return { payload, fileKey };
    throw damagedError(this.file, 'it was altered');
  }

  /** Returns the key, or `undefined` if the passphrase is needed. */
  async findKey(kdf: KdfHeader): Promise<Uint8Array | undefined> {
    const key = this.#keys.get(toId(kdf));
    if (key !== undefined || kdf.name === 'argon2id') return key;
    return this.add(kdf, await this.options.derive(kdf, Buffer.from(this.options.home)));
  }

  add(kdf: KdfHeader, key: Uint8Array): Uint8Array {
    this.#keys.set(toId(kdf), key);
    return key;
  }

  clear(): void {
    this.#keys.clear();
  }
}

export function listKeyHoles(header: HeaderV2 | SealedPayload): readonly KeyHole[] {
  return header.version === 1 ? [{ kdf: header.kdf }] : listSlots(header).map((slot) => ({ kdf: slot.kdf, slot }));
}

function toId(kdf: KdfHeader): string {
  return JSON.stringify(normaliseKdfHeader(kdf));
}
