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
const base64 = (hex: string) => bytes(hex).toString('base64');

/** An envelope's header binds the payload; NIST's associated data take its place. */
function envelopeOf({ nonce, ciphertext }: Vector) {
  const kdf = { name: 'hkdf-sha256' as const, salt: '' };
  return { kdf, nonce: base64(nonce), ciphertext: base64(ciphertext) };
}

describe('seal and open do as NIST has it', () => {
  const opening = vectors.filter(({ plaintext }) => plaintext !== null);
  const refused = vectors.filter(({ plaintext }) => plaintext === null);

  test('there are vectors of both kinds', () => {
    expect(opening.length).toBeGreaterThanOrEqual(100);
    expect(refused.length).toBeGreaterThanOrEqual(50);
  });

  test('[EF12] what is sealed is the ciphertext with its tag', () => {
    for (const vector of opening) {
      const { ciphertext, ...header } = envelopeOf(vector);
      const sealed = seal(bytes(vector.key), header, bytes(vector.plaintext ?? ''), bytes(vector.associated));
      expect(sealed.ciphertext).toBe(ciphertext);
    }
  });

  test('what is opened is the plaintext', () => {
    for (const vector of opening) {
      const opened = open(bytes(vector.key), envelopeOf(vector), bytes(vector.associated));
      expect(opened?.toString('hex')).toBe(vector.plaintext);
    }
  });

  test('[EF13] what does not authenticate is not opened', () => {
    for (const vector of refused) {
      expect(open(bytes(vector.key), envelopeOf(vector), bytes(vector.associated))).toBeUndefined();
    }
  });
});
