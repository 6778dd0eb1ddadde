import { associatedData, type Envelope, type EnvelopeHeader, nonceBytes } from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import { decrypt, encrypt } from './cipher.ts';

/** Seals a payload under a random nonce of its own: NIST SP 800-38D §8.3 allows 2^32 of them with one key. */
export function sealAfresh(
  key: Uint8Array,
  kdf: KdfHeader,
  payload: Uint8Array,
  random: (bytes: number) => Uint8Array,
): Envelope {
  return seal(key, { kdf, nonce: Buffer.from(random(nonceBytes)).toString('base64') }, payload);
}

/** Seals a payload under a header whose nonce has never been used with this key. */
export function seal(
  key: Uint8Array,
  header: EnvelopeHeader,
  payload: Uint8Array,
  associated = associatedBytes(header),
): Envelope {
  const ciphertext = encrypt(key, Buffer.from(header.nonce, 'base64'), payload, associated);
  return { ...header, ciphertext: ciphertext.toString('base64') };
}

/** The payload; `undefined` when the key is another or anything of the envelope was altered. */
export function open(key: Uint8Array, envelope: Envelope, associated = associatedBytes(envelope)): Buffer | undefined {
  const [nonce, ciphertext] = [Buffer.from(envelope.nonce, 'base64'), Buffer.from(envelope.ciphertext, 'base64')];
  return decrypt(key, nonce, ciphertext, associated);
}

function associatedBytes(header: EnvelopeHeader): Uint8Array {
  return Buffer.from(associatedData(header));
}
