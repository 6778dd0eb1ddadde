import type { CredentialError } from '../../domain/credential-error.ts';
import { type ParsedEnvelope, parseEnvelope } from '../../domain/envelope/envelope.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { damagedError, foreignError, laterVersionError, type ManagedFile } from '../files/file-errors.ts';
import { isFolderLoose, type ReadOptions, readText, usePrivateFile } from '../files/read-private-file.ts';
import { decodeBase64, Payload } from './payload.ts';
import type { SealedPayload } from './seal.ts';

export interface EnvelopeFile extends ReadOptions {
  readonly file: ManagedFile;
  readonly home: string;
  readonly notice: (line: string) => void;
}

/** A larger file is read in pieces. */
const maxWholeBytes = 64 * 1024;

/** Reads the file without opening it: derives no key. Returns `undefined` if the file doesn't exist. Call `close` at the end. */
export async function readEnvelope({ file, home, ...options }: EnvelopeFile): Promise<SealedPayload | undefined> {
  const isLoose = await isFolderLoose(file);
  const read = await usePrivateFile(file, options, async (opened) => {
    if (opened.size <= maxWholeBytes) return readText(opened);
    return (await import('./large-file.ts')).readLargeFile(file, opened) ?? readText(opened);
  });
  if (isLoose && read !== undefined)
    (await import('../files/permissions.ts')).restrictFolder(file, home, options.notice);
  if (typeof read !== 'string') return read;
  const parsed = parseEnvelope(read);
  if (parsed.kind !== 'envelope') throw envelopeError(file, parsed);
  const { ciphertext: base64, ...header } = parsed.envelope;
  const ciphertext = decodeBase64(base64);
  if (ciphertext === undefined) throw damagedError(file, 'its ciphertext is not base64');
  return { ...header, ciphertext };
}

export function parsePayload(file: ManagedFile, { version }: SealedPayload, bytes: Buffer): Payload {
  const fail = () => {
    throw damagedError(file, 'its payload is not a list of credentials');
  };
  return version === 1 ? Payload.parseV1(bytes, fail) : Payload.parse(bytes, fail);
}

function envelopeError(file: ManagedFile, parsed: Exclude<ParsedEnvelope, { kind: 'envelope' }>): CredentialError {
  switch (parsed.kind) {
    case 'damaged':
      return damagedError(file, parsed.why);
    case 'foreign':
      return foreignError(file);
    case 'later-version':
      return laterVersionError(file, parsed.version);
    default:
      return assertNever(parsed);
  }
}
