import * as crypto from 'node:crypto';
import { argon2id as reference } from '@noble/hashes/argon2.js';
import { describe, expect, test, vi } from 'vitest';
import { argon2idInWebAssembly } from '../../src/adapters/encrypted-file/argon2-worker.ts';
import { argon2id } from '../../src/adapters/encrypted-file/kdf.ts';
import { needs } from '../support/needs.ts';

/** `crypto.argon2` of Node 24.7 and later. */
type NodeArgon2 = (
  algorithm: string,
  parameters: { readonly [name in 'message' | 'nonce']: Uint8Array } & {
    readonly [name in 'memory' | 'passes' | 'parallelism' | 'tagLength']: number;
  },
  done: (error: Error | null, key?: Uint8Array) => void,
) => void;

const of = (byte: number, length: number) => new Uint8Array(length).fill(byte);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 9106 §5.3. It uses a secret and associated data, which keystow doesn't need and hash-wasm doesn't support. */
const rfc = {
  tag: '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
  password: of(1, 32),
  salt: of(2, 16),
  secret: of(3, 8),
  associated: of(4, 12),
  cost: { memoryKiB: 32, iterations: 3, parallelism: 4 },
};

const inputs: readonly (readonly [passphrase: string, saltBytes: number])[] = [
  ['correct horse battery staple', 16],
  ['pässwörd 🔑', 32],
  ['x'.repeat(300), 64],
];

const costs = [
  rfc.cost,
  { memoryKiB: 8, iterations: 1, parallelism: 1 },
  { memoryKiB: 100, iterations: 2, parallelism: 3 },
  { memoryKiB: 1024, iterations: 4, parallelism: 4 },
  { memoryKiB: 8192, iterations: 1, parallelism: 16 },
];

describe('argon2id', () => {
  test('[EF1] of the reference implementation returns the test vector of RFC 9106', () => {
    const { memoryKiB: m, iterations: t, parallelism: p } = rfc.cost;
    const options = { m, t, p, dkLen: 32, key: rfc.secret, personalization: rfc.associated };
    expect(hex(reference(rfc.password, rfc.salt, options))).toBe(rfc.tag);
  });

  test.each(costs)('[EF2] of keystow returns the same as the reference: %o', async (cost) => {
    const { memoryKiB: m, iterations: t, parallelism: p } = cost;
    for (const [passphrase, saltBytes] of inputs) {
      const [message, salt] = [new TextEncoder().encode(passphrase), of(saltBytes, saltBytes)];
      const expected = hex(reference(message, salt, { m, t, p, dkLen: 32 }));
      expect(hex(await argon2idInWebAssembly(message, salt, cost))).toBe(expected);
      expect(hex(await argon2id(message, salt, cost))).toBe(expected);
    }
  });

  const native = (crypto as { argon2Sync?: (name: string, parameters: object) => Uint8Array }).argon2Sync;
  test('of Node returns the test vector of RFC 9106', needs(native !== undefined, 'argon2 in Node'), () => {
    const { memoryKiB: memory, iterations: passes, parallelism } = rfc.cost;
    const { password: message, salt: nonce, secret, associated: associatedData } = rfc;
    const parameters = { message, nonce, secret, associatedData, parallelism, tagLength: 32, memory, passes };
    expect(native && hex(native('argon2id', parameters))).toBe(rfc.tag);
  });

  test('uses Node’s implementation if it has one, and passes on its error', async () => {
    const noSalt = new Error('no salt');
    const own: NodeArgon2 = (algorithm, { message, nonce, memory, passes, parallelism, tagLength }, done) => {
      expect(algorithm).toBe('argon2id');
      if (nonce.length === 0) return done(noSalt);
      done(null, reference(message, nonce, { m: memory, t: passes, p: parallelism, dkLen: tagLength }));
    };
    const { cost } = rfc;
    const expected = hex(await argon2idInWebAssembly(rfc.password, rfc.salt, cost));
    const asked = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ argon2: own } as never);
    expect(hex(await argon2id(rfc.password, rfc.salt, cost))).toBe(expected);
    await expect(argon2id(rfc.password, of(0, 0), cost)).rejects.toBe(noSalt);
    expect(asked).toHaveBeenCalledWith('node:crypto');
    asked.mockRestore();
  });
});
