import type { Argon2Cost } from '../../domain/envelope/key-derivation.ts';

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
  const native = nodeArgon2();
  return native ? byNode(native, passphrase, salt, cost) : byWebAssembly(passphrase, salt, cost);
}

/** Not in a worker: about 350 ms at the recommended cost, in which the process does nothing else. */
export async function byWebAssembly(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
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

function byNode(argon2: NodeArgon2, message: Uint8Array, nonce: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const { memoryKiB: memory, iterations: passes, parallelism } = cost;
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, parallelism, tagLength: 32, memory, passes }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });
}

function nodeArgon2(): NodeArgon2 | undefined {
  return (process.getBuiltinModule('node:crypto') as { readonly argon2?: NodeArgon2 }).argon2;
}
