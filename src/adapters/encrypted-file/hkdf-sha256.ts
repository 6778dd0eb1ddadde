import { nodeCrypto } from './node-crypto.ts';

/** HKDF with SHA-256 (RFC 5869), extract and expand. */
export function hkdfSha256(input: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array(nodeCrypto().hkdfSync('sha256', input, salt, info, bytes));
}
