import type { Argon2Cost, HkdfHeader, KdfHeader } from '../../domain/envelope/key-derivation.ts';
import { nodeCrypto } from './seal.ts';

/** Derives the 32-byte key of a file from what it is sealed by: the home directory's path, or a passphrase. */
export type DeriveKey = (kdf: KdfHeader, input: Uint8Array) => Promise<Uint8Array>;

export const deriveKey: DeriveKey = async (kdf, input) =>
  kdf.name === 'argon2id' ? argon2id(input, Buffer.from(kdf.salt, 'base64'), kdf) : deriveHomeKey(input, kdf);

/** Binds a key to this format, so that the same input elsewhere gives another (RFC 5869 §3.2). */
const info = Buffer.from('keystow-credentials 1 aes-256-gcm');

/** The 32-byte key of a file that is sealed by the home directory. `home`: its path, UTF-8. */
export function deriveHomeKey(home: Uint8Array, { salt }: HkdfHeader): Uint8Array {
  return hkdfSha256(home, Buffer.from(salt, 'base64'), info, 32);
}

/** HKDF with SHA-256 (RFC 5869), extract and expand. */
export function hkdfSha256(input: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array(nodeCrypto().hkdfSync('sha256', input, salt, info, bytes));
}

/** `crypto.argon2`, which Node has from 24.7 on and whose types come later than the ones used here. */
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

/** Argon2id, version 0x13 (RFC 9106), 32 bytes out: by Node where it can, by WebAssembly elsewhere. Same bytes. */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const native = findNodeArgon2();
  return native ? argon2idInNode(native, passphrase, salt, cost) : argon2idInWebAssembly(passphrase, salt, cost);
}

/** Not in a worker: about 350 ms at the recommended cost, in which the process does nothing else. */
export async function argon2idInWebAssembly(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
): Promise<Uint8Array> {
  const { memoryKiB: memorySize, iterations, parallelism } = cost;
  const { argon2id: derive } = await import('hash-wasm');
  return derive({
    password: passphrase,
    salt,
    memorySize,
    iterations,
    parallelism,
    hashLength: 32,
    outputType: 'binary',
  });
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

function findNodeArgon2(): NodeArgon2 | undefined {
  return (process.getBuiltinModule('node:crypto') as { readonly argon2?: NodeArgon2 }).argon2;
}
