import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { argon2Bounds, recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, home, keySources, newPlace, openFile, passphrase } from './place.ts';
import { openBySpecification } from './second-implementation.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/envelope.md'), 'utf8');
const blocks = [...page.matchAll(/```json\n(.+\n)```/g)].map((match) => match[1] ?? '');
const [payload = '', byHome = '', byPassphrase = ''] = blocks.slice(-3);
const keys = [...page.matchAll(/`([0-9a-f]{64})`/g)].map((match) => match[1]);
const secret = textSecret('s3cret');

describe.each(keySources)('the example in docs/envelope.md with the key source %s', (keySource) => {
  const example = keySource === 'home' ? byHome : byPassphrase;

  test('has the key in the document', async () => {
    const input = Buffer.from(keySource === 'home' ? home : passphrase);
    const key = await deriveKey(JSON.parse(example).kdf, input);
    expect(Buffer.from(key).toString('hex')).toBe(keys[keySources.indexOf(keySource)]);
  });

  test('opens', async () => {
    const { path } = newPlace();
    writeFileSync(path, example, { mode: 0o600 });
    const store = openFile(path, keySource);
    expect(await store.list()).toEqual([alice]);
    expect((await store.get(alice))?.equals(secret)).toBe(true);
  });

  test('[EF7] opens with the second implementation, and contains the payload in the document', async () => {
    expect(`${await openBySpecification(example, { home, passphrase })}\n`).toBe(payload);
  });

  test('is what keystow writes if salt and nonce are 0, 1, 2, …', async () => {
    const { path } = newPlace();
    const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => index);
    await openFile(path, keySource, { random, cost: recommendedCost }).set(alice, secret);
    expect(readFileSync(path, 'utf8')).toBe(example);
  });
});

test('docs/envelope.md lists the bounds that the code enforces', () => {
  for (const ends of Object.values(argon2Bounds)) {
    const [least, most] = ends.map((end) => end.toLocaleString('en'));
    expect(page).toContain(`| ${least} | ${most} |`);
  }
});
