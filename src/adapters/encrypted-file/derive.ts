import { hkdfSync } from 'node:crypto';
import type { KdfHeader } from '../../domain/key-derivation.ts';
import { argon2id } from './argon2id.ts';

/** Derives the 32-byte key of a file from what it is sealed by: the home directory's path, or a passphrase. */
export type Derive = (kdf: KdfHeader, input: Uint8Array) => Promise<Uint8Array>;

export const deriveKey: Derive = async (kdf, input) => {
  const salt = Buffer.from(kdf.salt, 'base64');
  return kdf.name === 'argon2id' ? argon2id(input, salt, kdf) : hkdfSha256(input, salt, hkdfInfo, 32);
};

/** Binds a key to this format, so that the same input elsewhere gives another (RFC 5869 §3.2). */
const hkdfInfo = Buffer.from('keystow-credentials 1 aes-256-gcm');

/** HKDF with SHA-256 (RFC 5869), extract and expand. */
export function hkdfSha256(input: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', input, salt, info, bytes));
}
