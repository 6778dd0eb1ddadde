import {
  type Envelope,
  type EnvelopeHeader,
  formatAssociatedData,
  nonceBytes,
  tagBytes,
} from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';

/** An envelope whose ciphertext, with its tag, is decoded from base64. */
export interface SealedPayload extends EnvelopeHeader {
  readonly ciphertext: Uint8Array;
}

/** Seals a payload under a new random nonce. NIST SP 800-38D §8.3 allows 2^32 of them per key. */
export function sealWithNewNonce(
  key: Uint8Array,
  kdf: KdfHeader,
  payload: Uint8Array,
  random: (bytes: number) => Uint8Array,
): Envelope {
  return seal(key, { kdf, nonce: Buffer.from(random(nonceBytes)).toString('base64') }, payload);
}

/** Seals a payload. The header's nonce must never have been used with this key. */
export function seal(
  key: Uint8Array,
  header: EnvelopeHeader,
  payload: Uint8Array,
  associated = encodeAssociatedData(header),
): Envelope {
  const ciphertext = encrypt(key, Buffer.from(header.nonce, 'base64'), payload, associated);
  return { ...header, ciphertext: ciphertext.toString('base64') };
}

/** Returns the payload, or `undefined` if the key is wrong or the envelope was altered. */
export function open(
  key: Uint8Array,
  sealed: SealedPayload,
  associated = encodeAssociatedData(sealed),
): Buffer | undefined {
  return decrypt(key, Buffer.from(sealed.nonce, 'base64'), sealed.ciphertext, associated);
}

function encodeAssociatedData(header: EnvelopeHeader): Uint8Array {
  return Buffer.from(formatAssociatedData(header));
}

/** AES-256-GCM (NIST SP 800-38D). Returns the ciphertext followed by its 16-byte tag. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const cipher = loadNodeCrypto().createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Returns `undefined` if the ciphertext isn't authentic: it was sealed with another key, or altered. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Buffer | undefined {
  const end = ciphertext.length - tagBytes;
  const decipher = loadNodeCrypto()
    .createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(associated)
    .setAuthTag(ciphertext.subarray(end));
  try {
    const plaintext = decipher.update(ciphertext.subarray(0, end));
    // Adds no bytes, but throws if the tag doesn't match.
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}

/**
 * Decodes base64; `undefined` unless `text` is the one canonical spelling of its bytes (RFC 4648 §3.5).
 *
 * Node's decoder skips characters that aren't base64. Encoding the bytes again finds them, faster than a regular expression
 * would.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Loads `node:crypto` when it's first needed: reads of other stores include this file, but don't need it. */
export function loadNodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
