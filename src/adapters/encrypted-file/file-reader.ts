import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import { throwIfAborted } from '../files/abort.ts';
import { type EnvelopeFile, parsePayload, readEnvelope } from './envelope-file.ts';
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

export interface ReaderOptions extends ExistingFileOptions {
  readonly passphrases: PassphraseSource;
  readonly derive?: DeriveKey;
}

/** The part of the store that a read loads. */
export class FileReader {
  readonly envelopeFile: EnvelopeFile;
  readonly keys: KeyCache;

  constructor({ passphrases, derive = deriveKey, ...options }: ReaderOptions) {
    this.envelopeFile = toEnvelopeFile(options);
    this.keys = new KeyCache(this.envelopeFile.file, { home: options.home, passphrases, derive });
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    const checked = checkCall(name, options);
    return (await this.read(options))?.get(checked);
  }

  /** Returns `undefined` if the file doesn't exist. */
  async read(options?: OperationOptions): Promise<Payload | undefined> {
    const envelope = await readEnvelope(this.envelopeFile);
    return envelope && parsePayload(this.envelopeFile.file, await this.keys.open(envelope, options));
  }

  async close(): Promise<void> {
    this.keys.clear();
  }
}

const defaultMaxFileBytes = 256 * 1024 * 1024;

export function toEnvelopeFile({ path, home, notice, maxFileBytes }: ExistingFileOptions): EnvelopeFile {
  return {
    file: { path, label: 'encrypted file' },
    home,
    notice: omitRepeats(notice),
    maxBytes: maxFileBytes ?? defaultMaxFileBytes,
  };
}

export function checkCall({ service, account }: CredentialName, options: OperationOptions | undefined): CredentialName {
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
