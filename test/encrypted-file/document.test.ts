import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { argon2Bounds, recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, home, keySources, newPlace, openFile, passphrase } from './place.ts';
import { openByTheBook } from './second-implementation.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/envelope.md'), 'utf8');
const blocks = [...page.matchAll(/```json\n(.+\n)```/g)].map((match) => match[1] ?? '');
const [payload = '', byHome = '', byPassphrase = ''] = blocks.slice(-3);
const keys = [...page.matchAll(/`([0-9a-f]{64})`/g)].map((match) => match[1]);
const secret = textSecret('s3cret');

describe.each(keySources)('docs/envelope.md, the example sealed by %s', (seal) => {
  const example = seal === 'home' ? byHome : byPassphrase;

  test('has the key that the page gives', async () => {
    const input = Buffer.from(seal === 'home' ? home : passphrase);
    const key = await deriveKey(JSON.parse(example).kdf, input);
    expect(Buffer.from(key).toString('hex')).toBe(keys[keySources.indexOf(seal)]);
  });

  test('opens', async () => {
    const { path } = newPlace();
    writeFileSync(path, example, { mode: 0o600 });
    const store = openFile(path, seal);
    expect(await store.list()).toEqual([alice]);
    expect((await store.get(alice))?.equals(secret)).toBe(true);
  });

  test('[EF7] opens by the book, and holds the payload of the page', async () => {
    expect(`${await openByTheBook(example, { home, passphrase })}\n`).toBe(payload);
  });

  test('is what is written where salt and nonce are 0, 1, 2, …', async () => {
    const { path } = newPlace();
    const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => index);
    await openFile(path, seal, { random, cost: recommendedCost }).set(alice, secret);
    expect(readFileSync(path, 'utf8')).toBe(example);
  });
});

test('docs/envelope.md gives the bounds that are held', () => {
  for (const ends of Object.values(argon2Bounds)) {
    const [least, most] = ends.map((end) => end.toLocaleString('en'));
    expect(page).toContain(`| ${least} | ${most} |`);
  }
});
