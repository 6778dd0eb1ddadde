import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newNonce } from '../../src/adapters/encrypted-file/seal.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { alice, newPlace, openFile } from './place.ts';

const secret = textSecret('s3cret-of-alice');
const readHeader = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

const writes = fastOrSlow(2_000, 100_000);

describe('a nonce', () => {
  test('[EF14] is new in every write', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    const nonces = new Set<string>();
    for (let write = 0; write < 50; write++) {
      await store.set(alice, secret);
      nonces.add(readHeader(path).nonce);
    }
    expect(nonces.size).toBe(50);
  });

  test(`[EF15] does not repeat in ${writes} writes`, () => {
    const nonces = new Set<string>();
    for (let write = 0; write < writes; write++) {
      nonces.add(newNonce(randomBytes));
    }
    expect(nonces.size).toBe(writes);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64').length).toBe(12);
  });
});
