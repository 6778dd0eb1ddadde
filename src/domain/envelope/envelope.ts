import { computeBase64Length } from '../text/base64.ts';
import { isObject, parseJson } from '../text/json.ts';
import { type KdfHeader, parseKdf } from './key-derivation.ts';

/**
 * The encrypted file, in the format of docs/envelope.md. `nonce` (12 bytes) and `ciphertext` (the sealed payload and its
 * 16-byte tag) are base64.
 */
export interface Envelope extends EnvelopeHeader {
  readonly ciphertext: string;
}

/** The part of an {@link Envelope} that is authenticated but not encrypted. */
export interface EnvelopeHeader {
  readonly kdf: KdfHeader;
  readonly nonce: string;
}

/** What {@link parseEnvelope} found in a file. */
export type ParsedEnvelope =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  /** Truncated, altered, or out of bounds. `why` continues "is damaged: …". */
  | { readonly kind: 'damaged'; readonly why: string }
  /** JSON of another program. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'later-version'; readonly version: number };

const envelopeFormat = 'keystow-credentials';
const envelopeVersion = 1;
/** NIST SP 800-38D §8.2.2: a random nonce of 96 bits. */
export const nonceBytes = 12;
export const tagBytes = 16;

const beforeCiphertext = ',"ciphertext":"';
const afterCiphertext = '"}\n';
/** Length in base64. */
const minCiphertextLength = Math.ceil(tagBytes / 3) * 4;

/**
 * Parses the text of a file. Only the exact output of {@link serialiseEnvelope} is valid: a flipped bit, a space, an extra
 * key or another spelling of the same value is damage.
 *
 * The ciphertext can be many megabytes, so it's cut out and not examined. The caller that decodes it must reject
 * anything but canonical base64.
 */
export function parseEnvelope(text: string): ParsedEnvelope {
  const headerEnd = text.indexOf(beforeCiphertext);
  const headerText = `${text.slice(0, headerEnd)}}`;
  const isWhole = headerEnd >= 0 && text.endsWith(afterCiphertext);
  const fields = (isWhole ? parseJson(headerText) : undefined) ?? parseJson(text);
  if (fields === undefined) return toDamaged(text === '' ? 'it is empty' : 'it is truncated or not JSON');
  if (!isObject(fields) || fields.format !== envelopeFormat) return { kind: 'foreign' };
  const { version } = fields;
  if (!Number.isSafeInteger(version) || Number(version) < 1) return toDamaged('its version is not a positive integer');
  if (version !== envelopeVersion) return { kind: 'later-version', version: Number(version) };
  const header = parseHeader(fields);
  if ('why' in header) return toDamaged(header.why);
  if (!isWhole || formatAssociatedData(header) !== headerText) return toDamaged('it was altered');
  const ciphertext = text.slice(headerEnd + beforeCiphertext.length, -afterCiphertext.length);
  if (ciphertext.length < minCiphertextLength) return toDamaged('its ciphertext is too short');
  return { kind: 'envelope', envelope: { ...header, ciphertext } };
}

function parseHeader({ kdf, nonce }: Readonly<Record<string, unknown>>): EnvelopeHeader | { readonly why: string } {
  if (!isObject(kdf)) return { why: 'its key derivation is missing' };
  const header = parseKdf(kdf);
  if ('why' in header) return header;
  if (typeof nonce !== 'string' || computeBase64Length(nonce) !== nonceBytes)
    return { why: 'its nonce is not 12 bytes in base64' };
  return { kdf: header, nonce };
}

/** The only valid text of an envelope: ASCII JSON without spaces, and a newline. */
export function serialiseEnvelope({ ciphertext, ...header }: Envelope): string {
  // Base64 needs no JSON escapes, and the ciphertext can be many megabytes.
  return `${formatAssociatedData(header).slice(0, -1)}${beforeCiphertext}${ciphertext}${afterCiphertext}`;
}

/** The data that the cipher authenticates besides the payload: the envelope's JSON without ciphertext and newline. ASCII. */
export function formatAssociatedData(header: EnvelopeHeader): string {
  const { kdf, nonce } = header;
  const cipher = 'aes-256-gcm';
  return JSON.stringify({
    format: envelopeFormat,
    version: envelopeVersion,
    kdf: normaliseKdfHeader(kdf),
    cipher,
    nonce,
  });
}

/** The fields of the format, in its order: a header from elsewhere may have extra fields, or another order. */
export function normaliseKdfHeader(kdf: KdfHeader): KdfHeader {
  if (kdf.name === 'hkdf-sha256') return { name: kdf.name, salt: kdf.salt };
  const { name, memoryKiB, iterations, parallelism, salt } = kdf;
  return { name, memoryKiB, iterations, parallelism, salt };
}

function toDamaged(why: string): { readonly kind: 'damaged'; readonly why: string } {
  return { kind: 'damaged', why };
}
