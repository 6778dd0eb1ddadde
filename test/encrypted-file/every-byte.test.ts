import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { alice, keySources, openFile, passphrase, sealedFile, typed } from './place.ts';

async function outcome(store: CredentialStore): Promise<CredentialError> {
  const error = await store.get(alice).then(
    (found) => expect.unreachable(`gave ${found}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CredentialError);
  return error as CredentialError;
}

// A step of 37 bits meets every bit of a byte.
const [bitStep, lengthStep] = fastOrSlow([37, 13], [1, 1]);
const damageCodes = ['file-damaged', 'file-foreign', 'file-version', 'wrong-passphrase'];

describe.each(keySources)('a file with the key source %s', (keySource) => {
  test('[EF8] stays as it is after any bit was flipped, and the error names it', async () => {
    const { path, whole, folder } = await sealedFile(keySource);
    const right = async (attempt: number) => (attempt === 1 ? textSecret(passphrase) : undefined);
    const store = openFile(path, keySource, { passphrases: { ...typed(), open: right } });
    await store.get(alice);
    for (let bit = 0; bit < whole.length * 8; bit += bitStep) {
      const altered = Buffer.from(whole);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, altered);
      const error = await outcome(store);
      expect(damageCodes).toContain(error.code);
      expect(error.message).toContain(path);
      expect(readFileSync(path).equals(altered)).toBe(true);
    }
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('is damaged if it was truncated anywhere', async () => {
    const { path, whole } = await sealedFile(keySource);
    const store = openFile(path, keySource);
    for (let length = 0; length < whole.length; length += lengthStep) {
      writeFileSync(path, whole.subarray(0, length));
      const error = await failure(store.get(alice), 'file-damaged');
      expect(error.message).toContain(path);
    }
  });
});
