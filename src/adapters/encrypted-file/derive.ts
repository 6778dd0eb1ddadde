import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import { argon2id } from './argon2id.ts';
import { homeKey } from './home-key.ts';

/** Derives the 32-byte key of a file from what it is sealed by: the home directory's path, or a passphrase. */
export type Derive = (kdf: KdfHeader, input: Uint8Array) => Promise<Uint8Array>;

export const deriveKey: Derive = async (kdf, input) =>
  kdf.name === 'argon2id' ? argon2id(input, Buffer.from(kdf.salt, 'base64'), kdf) : homeKey(input, kdf);
