import { randomBytes } from 'node:crypto';
import { type CredentialName, credentialName } from '../../domain/credential-name.ts';
import { type Argon2Cost, type KdfHeader, recommendedCost } from '../../domain/key-derivation.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { throwIfAborted } from '../files/abort.ts';
import type { KeptFile } from '../files/file-errors.ts';
import { createLock } from '../files/lock.ts';
import { type Derive, deriveKey } from './derive.ts';
import { KeyRing } from './key-ring.ts';
import type { Payload } from './payload.ts';
import { type Edit, parsePayload, readEnvelope, rewrite, type SealedFileOptions } from './sealed-file.ts';
import { keepsChanging } from './to-error.ts';

export interface EncryptedFileOptions {
  /** Absolute. Its folder is created when something is first kept. */
  readonly path: string;
  /** How a file that does not exist yet is sealed. One that exists says itself how it is. */
  readonly seal: 'home' | 'passphrase';
  /** The path of the user's home directory, as the environment gives it: the key of a file sealed by `home`. */
  readonly home: string;
  readonly passphrases: PassphraseSource;
  /** Hears, once each, what was put right without being asked: permissions that were too loose. */
  notice(line: string): void;
  /** What deriving the key of a new file costs. RFC 9106's second recommendation unless given. */
  readonly cost?: Argon2Cost;
  readonly derive?: Derive;
  readonly random?: (bytes: number) => Uint8Array;
  /** Largest file that is read or written. 256 MiB unless given. */
  readonly maxFileBytes?: number;
}

const defaultMaxFileBytes = 256 * 1024 * 1024;
/** How often a writer starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

/** The store that needs nothing but a folder. docs/envelope.md is the format. */
export function createEncryptedFile(options: EncryptedFileOptions): CredentialStore {
  const file: KeptFile = { path: options.path, what: 'encrypted file' };
  const { cost = recommendedCost, derive = deriveKey, random = randomBytes, home } = options;
  const keys = new KeyRing(file, { ...options, cost, derive, random });
  const maxBytes = options.maxFileBytes ?? defaultMaxFileBytes;
  const sealed: SealedFileOptions = { file, home, keys, random, maxBytes, notice: onceEach(options.notice) };
  const exclusively = createLock(file);

  async function read(options?: OperationOptions): Promise<Payload | undefined> {
    const envelope = await readEnvelope(sealed);
    return envelope && parsePayload(file, await keys.open(envelope, options));
  }

  /** `make`: where there is no file, one is made. */
  async function change(edit: Edit, make: boolean, options?: OperationOptions): Promise<boolean> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // Whoever has to type does so before the lock is taken, and what they typed is known by then.
      const newKdf = await prepare(make, options);
      if (newKdf === 'absent') return false;
      const done = await exclusively((held) => rewrite(sealed, { ...options, edit, newKdf, held }), options);
      if (done !== 'again') return done;
    }
    throw keepsChanging(file);
  }

  async function prepare(make: boolean, options?: OperationOptions): Promise<KdfHeader | undefined | 'absent'> {
    const envelope = await readEnvelope(sealed);
    if (envelope === undefined) return make ? keys.create(options) : 'absent';
    await keys.open(envelope, options);
    return undefined;
  }

  return {
    id: 'file',
    listing: 'all',

    async get(name, options) {
      const checked = begin(name, options);
      return (await read(options))?.get(checked);
    },

    async set(name, secret, options) {
      const checked = begin(name, options);
      const edit = (payload: Payload) => {
        payload.set(checked, secret);
        return true;
      };
      await change(edit, true, options);
    },

    async delete(name, options) {
      const checked = begin(name, options);
      if (!(await read(options))?.has(checked)) return false;
      return change((payload) => payload.delete(checked), false, options);
    },

    async list(service, options) {
      throwIfAborted(options);
      const names = (await read(options))?.names() ?? [];
      return service === undefined ? names : names.filter((name) => name.service === service);
    },

    async close() {
      keys.forget();
    },
  };
}

function begin({ service, account }: CredentialName, options: OperationOptions | undefined): CredentialName {
  const name = credentialName(service, account);
  throwIfAborted(options);
  return name;
}

function onceEach(notice: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    notice(line);
  };
}
