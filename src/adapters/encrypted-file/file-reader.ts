import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import {
  type FileFault,
  type FileRequirements,
  findCounterFault,
  findHeaderFault,
} from '../../domain/envelope/expected-file.ts';
import type { FileRecord } from '../../domain/envelope/file-record.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { PassphraseSource } from '../../ports/interaction.ts';
import type { FileRecall } from '../../ports/placement-repository.ts';
import { throwIfAborted } from '../files/abort.ts';
import { type EnvelopeFile, parsePayload, readEnvelope } from './envelope-file.ts';
import { type DeriveKey, deriveKey } from './kdf.ts';
import { KeyCache, type OpenedFile } from './key-cache.ts';
import type { Payload } from './payload.ts';
import type { SealedPayload } from './seal.ts';

export interface ExistingFileOptions {
  /** Absolute. */
  readonly path: string;
  /** The path of the home directory. The key of a file with the key source `home` is derived from it. `''`: unknown. */
  readonly home: string;
  /** Other paths that the home directory may have had when the file was sealed. */
  otherHomes?(): readonly string[];
  /** The application that the file belongs to. */
  readonly application: string;
  /** Who writes the file, in messages. */
  readonly program: string;
  /** The command that hints name. Default: {@link program}. */
  readonly command?: string;
  /** What opens a new file, and the least that may open an existing one. */
  readonly keySource: KeySource;
  readonly memory: FileRecall;
  /** Receives each line once: permissions that were too loose, and folders that other users can write to. */
  notice(line: string): void;
  /** Largest file to read or write. Default: 64 MiB. */
  readonly maxFileBytes?: number;
}

export interface ReaderOptions extends ExistingFileOptions {
  /** An earlier home directory that the user named. */
  readonly oldHome?: string;
  readonly passphrases: PassphraseSource;
  readonly derive?: DeriveKey;
}

/** A file that was opened, and is the expected one. */
export interface ReadFile {
  readonly envelope: SealedPayload;
  readonly opened: OpenedFile;
  readonly payload: Payload;
}

/** Which faults of a file are accepted: those that the user is about to remove. */
export interface Tolerance {
  /** `setting`: the file may be weaker than the settings require; `all`: also weaker than recorded. */
  readonly downgrade?: 'setting' | 'all';
  /** Accepts an older copy, or another file. */
  readonly replaced?: boolean;
}

/** The part of the store that a read loads. */
export class FileReader {
  readonly options: ExistingFileOptions;
  readonly envelopeFile: EnvelopeFile;
  readonly keys: KeyCache;

  constructor({ passphrases, derive = deriveKey, ...options }: ReaderOptions) {
    this.options = options;
    this.envelopeFile = toEnvelopeFile(options);
    this.keys = new KeyCache(this.envelopeFile.file, { ...options, passphrases, derive });
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    const checked = checkCall(name, options);
    return (await this.read(options))?.get(checked);
  }

  /** Returns `undefined` if the file doesn't exist, and no credentials are recorded to be in it. */
  async read(options?: OperationOptions): Promise<Payload | undefined> {
    const file = await this.readFile((envelope) => this.keys.open(envelope, options));
    if (file === undefined) await this.rejectMissing();
    return file?.payload;
  }

  /**
   * Reads, checks and opens the file. Resolves `undefined` if the file doesn't exist, or if `open` does.
   *
   * The record is older than the file. If it doesn't match, another process may have changed both, so both are read again.
   */
  async readFile(
    open: (envelope: SealedPayload) => Promise<OpenedFile | undefined>,
    tolerance: Tolerance = {},
  ): Promise<ReadFile | undefined> {
    const { memory } = this.options;
    for (let isRetry = false; ; isRetry = true) {
      const record = await memory.recallFile(isRetry);
      const envelope = await readEnvelope(this.envelopeFile);
      if (envelope === undefined) return undefined;
      let fault = findUntoleratedFault(envelope, this.options, record, tolerance);
      try {
        if (fault === undefined) {
          const opened = await open(envelope);
          if (opened === undefined) return undefined;
          const payload = parsePayload(this.envelopeFile.file, envelope, opened.payload);
          if (!tolerance.replaced) fault = findCounterFault(payload.counter, record);
          if (fault === undefined) return { envelope, opened, payload };
        }
      } finally {
        envelope.close?.();
      }
      if (!isRetry) continue;
      // `passphrase change` can do what the setting requires, but not for a file that has another fault.
      const first = findUntoleratedFault(envelope, this.options, record, { downgrade: 'setting' });
      const { faultError } = await import('./file-fault.ts');
      throw faultError(this.envelopeFile.file, first ?? fault, this.options);
    }
  }

  /** Throws `file-missing` if credentials are recorded to be in the file. */
  async rejectMissing(): Promise<void> {
    if (!(await this.options.memory.expectsFile())) return;
    const { missingError } = await import('./file-fault.ts');
    throw missingError(this.envelopeFile.file, this.options);
  }

  async close(): Promise<void> {
    this.keys.clear();
  }
}

function findUntoleratedFault(
  envelope: SealedPayload,
  requirements: FileRequirements,
  record: FileRecord | undefined,
  { downgrade, replaced }: Tolerance,
): FileFault | undefined {
  const keySource = downgrade === undefined ? requirements.keySource : 'home';
  const known = record && {
    keySource: downgrade === 'all' ? ('home' as const) : record.keySource,
    ...(record.written && !replaced && { written: record.written }),
  };
  return findHeaderFault(envelope, { ...requirements, keySource }, known);
}

const defaultMaxFileBytes = 64 * 1024 * 1024;

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
