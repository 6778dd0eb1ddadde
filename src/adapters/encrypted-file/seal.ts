import { associatedData, type Envelope, type EnvelopeHeader } from '../../domain/envelope.ts';
import { decrypt, encrypt } from './cipher.ts';

/** Seals a payload under a header whose nonce has never been used with this key. */
export function seal(key: Uint8Array, header: EnvelopeHeader, payload: Uint8Array): Envelope {
  const ciphertext = encrypt(key, Buffer.from(header.nonce, 'base64'), payload, associatedBytes(header));
  return { ...header, ciphertext: ciphertext.toString('base64') };
}

/** The payload; `undefined` when the key is another or anything of the envelope was altered. */
export function open(key: Uint8Array, envelope: Envelope): Buffer | undefined {
  const [nonce, ciphertext] = [Buffer.from(envelope.nonce, 'base64'), Buffer.from(envelope.ciphertext, 'base64')];
  return decrypt(key, nonce, ciphertext, associatedBytes(envelope));
}

function associatedBytes(header: EnvelopeHeader): Buffer {
  return Buffer.from(associatedData(header), 'utf8');
}
