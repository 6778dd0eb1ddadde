import { tagBytes } from '../../domain/envelope/envelope.ts';
import { nodeCrypto } from './node-crypto.ts';

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
