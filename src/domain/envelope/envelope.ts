import { decodedBase64Length } from '../text/base64.ts';
import { isObject, parseJson } from '../text/json.ts';
import { type KdfHeader, parseKdf } from './key-derivation.ts';

/**
 * The encrypted file as its text says; docs/envelope.md is the format. `nonce` (12 bytes) and `ciphertext` (the sealed
 * payload with its 16-byte tag) are base64.
 */
export interface Envelope extends EnvelopeHeader {
  readonly ciphertext: string;
}

/** Everything of an {@link Envelope} that is authenticated without being hidden. */
export interface EnvelopeHeader {
  readonly kdf: KdfHeader;
  readonly nonce: string;
}

/** What a text turned out to be. */
export type ParsedEnvelope =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  /** Not whole, altered, or out of bounds. `why` continues "is damaged: …". */
  | { readonly kind: 'damaged'; readonly why: string }
  /** JSON of some other program. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'later-version'; readonly version: number };

const envelopeFormat = 'keystow-credentials';
const envelopeVersion = 1;
/** NIST SP 800-38D §8.2.2: a random nonce of 96 bits. */
export const nonceBytes = 12;
export const tagBytes = 16;

/**
 * Reads a file's text. Strict by one rule: only what {@link serialiseEnvelope} writes is an envelope, so a flipped bit, a
 * blank, a key more or another spelling of the same value is damage.
 */
export function parseEnvelope(text: string): ParsedEnvelope {
  const envelope = parseExactEnvelope(text);
  return envelope ? { kind: 'envelope', envelope } : diagnoseEnvelope(text);
}

const beforeCiphertext = ',"ciphertext":"';
const afterCiphertext = '"}\n';

/**
 * The envelope that a text is. Looks at the header alone as JSON, and at the ciphertext, which can be many megabytes, as
 * little as it can.
 */
export function parseExactEnvelope(text: string): Envelope | undefined {
  const headerEnd = text.indexOf(beforeCiphertext);
  if (
    // Stryker disable next-line ConditionalExpression,EqualityOperator: it only saves work, the comparison below rejects it too
    headerEnd < 0 ||
    !text.endsWith(afterCiphertext)
  )
    return undefined;
  const fields = parseJson(`${text.slice(0, headerEnd)}}`);
  const ciphertext = text.slice(headerEnd + beforeCiphertext.length, -afterCiphertext.length);
  if (!isObject(fields)) return undefined;
  const header = parseHeader(fields);
  if ('why' in header || associatedData(header) !== `${text.slice(0, headerEnd)}}`) return undefined;
  return isSealed(ciphertext) ? { ...header, ciphertext } : undefined;
}

/** What a text is that is no envelope. */
function diagnoseEnvelope(text: string): Exclude<ParsedEnvelope, { kind: 'envelope' }> {
  if (text === '') return damaged('it is empty');
  const fields = parseJson(text);
  if (fields === undefined) return damaged('it is cut short or is not JSON');
  if (!isObject(fields)) return { kind: 'foreign' };
  const { format, version, ciphertext } = fields;
  if (format !== envelopeFormat) return { kind: 'foreign' };
  if (!Number.isSafeInteger(version) || Number(version) < 1) return damaged('its version is not a number from 1');
  if (version !== envelopeVersion) return { kind: 'later-version', version: Number(version) };
  const header = parseHeader(fields);
  if ('why' in header) return damaged(header.why);
  if (!isSealed(ciphertext)) return damaged('its ciphertext is not base64 of at least 16 bytes');
  return damaged('it was altered');
}

function parseHeader({ kdf, nonce }: Readonly<Record<string, unknown>>): EnvelopeHeader | { readonly why: string } {
  if (!isObject(kdf)) return { why: 'it does not say how its key is derived' };
  const header = parseKdf(kdf);
  if ('why' in header) return header;
  if (typeof nonce !== 'string' || decodedBase64Length(nonce) !== nonceBytes)
    return { why: 'its nonce is not 12 bytes in base64' };
  return { kdf: header, nonce };
}

function isSealed(ciphertext: unknown): boolean {
  return typeof ciphertext === 'string' && (decodedBase64Length(ciphertext) ?? 0) >= tagBytes;
}

/** The one text that stands for an envelope: JSON without blanks, ASCII, a newline at its end. */
export function serialiseEnvelope({ ciphertext, ...header }: Envelope): string {
  // Base64 needs no escapes, and a ciphertext can be many megabytes.
  return `${associatedData(header).slice(0, -1)}${beforeCiphertext}${ciphertext}${afterCiphertext}`;
}

/** What the cipher authenticates beside the payload: the envelope's JSON without the ciphertext and the newline. ASCII. */
export function associatedData(header: EnvelopeHeader): string {
  const { kdf, nonce } = header;
  const cipher = 'aes-256-gcm';
  return JSON.stringify({ format: envelopeFormat, version: envelopeVersion, kdf: kdfFields(kdf), cipher, nonce });
}

/** The key derivation as the format has it: an object that came from elsewhere may hold more, or in another order. */
export function kdfFields(kdf: KdfHeader): KdfHeader {
  if (kdf.name === 'hkdf-sha256') return { name: kdf.name, salt: kdf.salt };
  const { name, memoryKiB, iterations, parallelism, salt } = kdf;
  return { name, memoryKiB, iterations, parallelism, salt };
}

function damaged(why: string): { readonly kind: 'damaged'; readonly why: string } {
  return { kind: 'damaged', why };
}
