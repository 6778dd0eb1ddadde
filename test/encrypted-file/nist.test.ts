import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { open, seal } from '../../src/adapters/encrypted-file/seal.ts';

/** One of NIST's, in hexadecimal; the tag is at the end of the ciphertext. `plaintext` is `null` where it is not to open. */
interface Vector {
  readonly key: string;
  readonly nonce: string;
  readonly plaintext: string | null;
  readonly associated: string;
  readonly ciphertext: string;
}

/**
 * From NIST's CAVP, gcmEncryptExtIV256.rsp and gcmDecrypt256.rsp (CAVS 14.0): of those with a nonce of 96 bits and a tag
 * of 128, the first two of each length, and of each that is not to open.
 */
const vectors: readonly Vector[] = JSON.parse(readFileSync(join(import.meta.dirname, 'nist-gcm-256.json'), 'utf8'));

const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** A header that isn't authenticated: NIST's associated data take its place. */
const toHeader = ({ nonce }: Vector) => ({
  version: 1 as const,
  kdf: { name: 'hkdf-sha256' as const, salt: '' },
  nonce: bytes(nonce).toString('base64'),
});
const openVector = (vector: Vector) =>
  open(bytes(vector.key), { ...toHeader(vector), ciphertext: bytes(vector.ciphertext) }, bytes(vector.associated));

describe("AES-256-GCM follows NIST's test vectors", () => {
  const opening = vectors.filter(({ plaintext }) => plaintext !== null);
  const refused = vectors.filter(({ plaintext }) => plaintext === null);

  test('of both kinds', () => {
    expect(opening.length).toBeGreaterThanOrEqual(100);
    expect(refused.length).toBeGreaterThanOrEqual(50);
  });

  test('[EF12] sealing returns the ciphertext and the tag', () => {
    for (const vector of opening) {
      const [plaintext, associated] = [bytes(vector.plaintext ?? ''), bytes(vector.associated)];
      const sealed = seal(bytes(vector.key), toHeader(vector), [plaintext], associated);
      expect([...sealed].join('')).toBe(bytes(vector.ciphertext).toString('base64'));
    }
  });

  test('opening returns the plaintext', () => {
    for (const vector of opening) {
      expect(openVector(vector)?.toString('hex')).toBe(vector.plaintext);
    }
  });

  test('[EF13] a ciphertext that is not authentic does not open', () => {
    for (const vector of refused) {
      expect(openVector(vector)).toBeUndefined();
    }
  });
});
