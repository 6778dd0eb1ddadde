import * as crypto from 'node:crypto';
import { argon2id as reference } from '@noble/hashes/argon2.js';
import { describe, expect, test } from 'vitest';
import { argon2id, byWebAssembly } from '../../src/adapters/encrypted-file/argon2id.ts';

const of = (byte: number, length: number) => new Uint8Array(length).fill(byte);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 9106 §5.3: with a secret and associated data, which keystow has no use for and hash-wasm no room. */
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
  test('of an implementation that has all of RFC 9106 gives its test vector', () => {
    const { memoryKiB: m, iterations: t, parallelism: p } = rfc.cost;
    const options = { m, t, p, dkLen: 32, key: rfc.secret, personalization: rfc.associated };
    expect(hex(reference(rfc.password, rfc.salt, options))).toBe(rfc.tag);
  });

  test.each(costs)('of ours gives what that one gives: %o', async (cost) => {
    const { memoryKiB: m, iterations: t, parallelism: p } = cost;
    for (const [passphrase, saltBytes] of inputs) {
      const [message, salt] = [new TextEncoder().encode(passphrase), of(saltBytes, saltBytes)];
      const expected = hex(reference(message, salt, { m, t, p, dkLen: 32 }));
      expect(hex(await byWebAssembly(message, salt, cost))).toBe(expected);
      expect(hex(await argon2id(message, salt, cost))).toBe(expected);
    }
  });

  const native = (crypto as { argon2Sync?: (name: string, parameters: object) => Uint8Array }).argon2Sync;
  test.skipIf(native === undefined)('of Node gives the test vector of RFC 9106', () => {
    const { memoryKiB: memory, iterations: passes, parallelism } = rfc.cost;
    const { password: message, salt: nonce, secret, associated: associatedData } = rfc;
    const parameters = { message, nonce, secret, associatedData, parallelism, tagLength: 32, memory, passes };
    expect(native && hex(native('argon2id', parameters))).toBe(rfc.tag);
  });
});
