import type { Argon2Cost, HkdfHeader, KdfHeader } from '../../domain/envelope/key-derivation.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { loadNodeCrypto } from './seal.ts';

/** Derives the 32-byte key of a file. `input`: the home directory's path or the passphrase, in UTF-8. */
export type DeriveKey = (kdf: KdfHeader, input: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>;

export const deriveKey: DeriveKey = async (kdf, input, signal) =>
  kdf.name === 'argon2id' ? argon2id(input, Buffer.from(kdf.salt, 'base64'), kdf, signal) : deriveHomeKey(input, kdf);

/** Binds a key to this format: with another `info`, the same input derives another key (RFC 5869 §3.2). */
const info = Buffer.from('keystow-credentials 1 aes-256-gcm');

export function deriveHomeKey(home: Uint8Array, { salt }: HkdfHeader): Uint8Array {
  return hkdfSha256(home, Buffer.from(salt, 'base64'), info, 32);
}

/** HKDF with SHA-256 (RFC 5869). */
export function hkdfSha256(input: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array(loadNodeCrypto().hkdfSync('sha256', input, salt, info, bytes));
}

/**
 * Argon2id, version 0x13 (RFC 9106), 32 bytes, in another thread. Uses Node's implementation if it has one, WebAssembly
 * otherwise. An abort → `cancelled`.
 */
export async function argon2id(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const native = findNodeArgon2();
  if (native) return rejectOnAbort(argon2idInNode(native, passphrase, salt, cost), signal && { signal });
  const { argon2idInWebAssembly } = await import('./argon2-worker.ts');
  return argon2idInWebAssembly(passphrase, salt, cost, signal);
}

function argon2idInNode(
  argon2: NodeArgon2,
  message: Uint8Array,
  nonce: Uint8Array,
  cost: Argon2Cost,
): Promise<Uint8Array> {
  const { memoryKiB: memory, iterations: passes, parallelism } = cost;
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, parallelism, tagLength: 32, memory, passes }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });
}

/** `crypto.argon2` of Node 24.7 and later. Our version of Node's types doesn't have it. */
type NodeArgon2 = (
  algorithm: 'argon2id',
  parameters: {
    readonly message: Uint8Array;
    readonly nonce: Uint8Array;
    readonly parallelism: number;
    readonly tagLength: number;
    readonly memory: number;
    readonly passes: number;
  },
  done: (error: Error | null, key: Uint8Array) => void,
) => void;

function findNodeArgon2(): NodeArgon2 | undefined {
  return (loadNodeCrypto() as { readonly argon2?: NodeArgon2 }).argon2;
}
