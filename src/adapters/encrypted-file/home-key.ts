import type { HkdfHeader } from '../../domain/envelope/key-derivation.ts';
import { hkdfSha256 } from './hkdf-sha256.ts';

/** Binds a key to this format, so that the same input elsewhere gives another (RFC 5869 §3.2). */
const info = Buffer.from('keystow-credentials 1 aes-256-gcm');

/** The 32-byte key of a file that is sealed by the home directory. `home`: its path, UTF-8. */
export function homeKey(home: Uint8Array, { salt }: HkdfHeader): Uint8Array {
  return hkdfSha256(home, Buffer.from(salt, 'base64'), info, 32);
}
