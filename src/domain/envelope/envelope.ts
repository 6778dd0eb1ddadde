import type { KeySource } from '../profile.ts';
import { computeBase64Length, isObject, parseJson } from '../text/encodings.ts';
import { type KdfHeader, normaliseKdfHeader, parseKdf } from './key-derivation.ts';
import {
  type KeySlot,
  type KeySlotHeader,
  nonceBytes,
  normaliseSlot,
  normaliseSlotHeader,
  parseSlots,
  tagBytes,
  type UnknownSlot,
} from './key-slot.ts';

/**
 * The encrypted file, in the format of docs/envelope.md. `ciphertext` is the sealed payload and its 16-byte tag, base64.
 */
export type Envelope = EnvelopeHeader & { readonly ciphertext: string };

/** The part of an {@link Envelope} that is authenticated but not encrypted. */
export type EnvelopeHeader = HeaderV1 | HeaderV2;

/** Version 1: the derived key seals the payload. keystow reads it, and doesn't write it. */
export interface HeaderV1 {
  readonly version: 1;
  readonly kdf: KdfHeader;
  /** 12 bytes, base64. */
  readonly nonce: string;
}

/** Version 2: a random file key seals the payload, and each slot wraps the file key. */
export interface HeaderV2 extends FileIdentity {
  readonly version: 2;
  readonly slots: readonly (KeySlot | UnknownSlot)[];
  /** 12 bytes, base64. */
  readonly nonce: string;
}

/** Tells one file from all others. */
export interface FileIdentity {
  /** The application that the file belongs to. */
  readonly application: string;
  /** 16 random bytes, base64. A file keeps its id as long as it exists. */
  readonly id: string;
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
const latestVersion = 2;
export const fileIdBytes = 16;
/** In UTF-16 code units. */
export const maxApplicationLength = 256;

export const beforeCiphertext = ',"ciphertext":"';
export const afterCiphertext = '"}\n';
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
  const isWhole = text.endsWith(afterCiphertext);
  const fields = (isWhole ? parseJson(headerText) : undefined) ?? parseJson(text);
  if (fields === undefined) return toDamaged(text === '' ? 'it is empty' : 'it is truncated or not JSON');
  if (!isObject(fields) || fields.format !== envelopeFormat) return { kind: 'foreign' };
  const { version } = fields;
  if (!Number.isSafeInteger(version) || Number(version) < 1) return toDamaged('its version is not a positive integer');
  if (Number(version) > latestVersion) return { kind: 'later-version', version: Number(version) };
  const header = version === 1 ? parseHeaderV1(fields) : parseHeaderV2(fields);
  if ('why' in header) return toDamaged(header.why);
  if (!isWhole || formatAssociatedData(header) !== headerText) return toDamaged('it was altered');
  const ciphertext = text.slice(headerEnd + beforeCiphertext.length, -afterCiphertext.length);
  if (ciphertext.length < minCiphertextLength) return toDamaged('its ciphertext is too short');
  return { kind: 'envelope', envelope: { ...header, ciphertext } };
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseHeaderV1({ kdf, nonce }: JsonObject): HeaderV1 | { readonly why: string } {
  if (!isObject(kdf)) return { why: 'its key derivation is missing' };
  const parsed = parseKdf(kdf);
  if ('why' in parsed) return parsed;
  return isNonce(nonce) ? { version: 1, kdf: parsed, nonce } : invalidNonce;
}

function parseHeaderV2({ application, id, slots, nonce }: JsonObject): HeaderV2 | { readonly why: string } {
  if (typeof application !== 'string' || application === '' || application.length > maxApplicationLength)
    return { why: 'its application is missing' };
  if (typeof id !== 'string' || computeBase64Length(id) !== fileIdBytes)
    return { why: `its id is not ${fileIdBytes} bytes in base64` };
  const parsed = parseSlots(slots);
  if ('why' in parsed) return parsed;
  return isNonce(nonce) ? { version: 2, application, id, slots: parsed, nonce } : invalidNonce;
}

const invalidNonce = { why: 'its nonce is not 12 bytes in base64' } as const;

function isNonce(nonce: unknown): nonce is string {
  return typeof nonce === 'string' && computeBase64Length(nonce) === nonceBytes;
}

/** The only valid text of an envelope: JSON without spaces, and a newline. */
export function serialiseEnvelope({ ciphertext, ...header }: Envelope): string {
  const { before, after } = formatAroundCiphertext(header);
  return `${before}${ciphertext}${after}`;
}

/** The text of an envelope without the ciphertext, which needs no JSON escapes, and can be many megabytes. */
export function formatAroundCiphertext(header: EnvelopeHeader): { readonly before: string; readonly after: string } {
  return { before: `${formatAssociatedData(header).slice(0, -1)}${beforeCiphertext}`, after: afterCiphertext };
}

/** The data that the cipher authenticates besides the payload: the envelope's JSON without ciphertext and newline. */
export function formatAssociatedData(header: EnvelopeHeader): string {
  const { version, nonce } = header;
  const cipher = 'aes-256-gcm';
  if (version === 1) {
    const kdf = normaliseKdfHeader(header.kdf);
    return JSON.stringify({ format: envelopeFormat, version, kdf, cipher, nonce });
  }
  const { application, id } = header;
  const slots = header.slots.map(normaliseSlot);
  return JSON.stringify({ format: envelopeFormat, version, application, id, slots, cipher, nonce });
}

/** The data that is authenticated when a slot is opened: it opens in no other file. */
export function formatSlotData({ application, id }: FileIdentity, slot: KeySlotHeader): string {
  const fields = normaliseSlotHeader(slot);
  return JSON.stringify({ format: envelopeFormat, version: latestVersion, application, id, slot: fields });
}

/** The slots that this version can open: the home directory's first, because it needs no prompt. */
export function listSlots({ slots }: HeaderV2): readonly KeySlot[] {
  const known = slots.filter((slot) => slot.kind !== 'unknown');
  return [...known.filter(({ kind }) => kind === 'home'), ...known.filter(({ kind }) => kind !== 'home')];
}

/** The weakest key source that opens a file; `undefined` if this version knows none of its slots. */
export function findHeaderKeySource(header: EnvelopeHeader): KeySource | undefined {
  if (header.version === 1) return header.kdf.name === 'argon2id' ? 'passphrase' : 'home';
  return listSlots(header)[0]?.kind;
}

function toDamaged(why: string): { readonly kind: 'damaged'; readonly why: string } {
  return { kind: 'damaged', why };
}
