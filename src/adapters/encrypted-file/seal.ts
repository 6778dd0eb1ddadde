import {
  associatedData,
  type Envelope,
  type EnvelopeHeader,
  nonceBytes,
  tagBytes,
} from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';

/** Seals a payload under a random nonce of its own: NIST SP 800-38D §8.3 allows 2^32 of them with one key. */
export function sealWithNewNonce(
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
  associated = toAssociatedBytes(header),
): Envelope {
  const ciphertext = encrypt(key, Buffer.from(header.nonce, 'base64'), payload, associated);
  return { ...header, ciphertext: ciphertext.toString('base64') };
}

/** The payload; `undefined` when the key is another or anything of the envelope was altered. */
export function open(
  key: Uint8Array,
  envelope: Envelope,
  associated = toAssociatedBytes(envelope),
): Buffer | undefined {
  const [nonce, ciphertext] = [Buffer.from(envelope.nonce, 'base64'), Buffer.from(envelope.ciphertext, 'base64')];
  return decrypt(key, nonce, ciphertext, associated);
}

function toAssociatedBytes(header: EnvelopeHeader): Uint8Array {
  return Buffer.from(associatedData(header));
}

/** AES-256-GCM (NIST SP 800-38D): the ciphertext with its 16-byte tag behind it. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const cipher = nodeCrypto().createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** `undefined`: not sealed under this key, or altered. Nothing of a text that does not authenticate is given. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Buffer | undefined {
  const end = ciphertext.length - tagBytes;
  const decipher = nodeCrypto()
    .createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(associated)
    .setAuthTag(ciphertext.subarray(end));
  try {
    const plaintext = decipher.update(ciphertext.subarray(0, end));
    // Gives nothing more: it throws where the tag is another.
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}

/** Node's ciphers, which take 2 ms to load: when they are first used, since what is beside them here is loaded by every read. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
