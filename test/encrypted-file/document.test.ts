import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { argon2Bounds, recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, home, keySources, newPlace, openFile, passphrase } from './place.ts';
import { openBySpecification } from './second-implementation.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/envelope.md'), 'utf8');
const examples = page.slice(page.indexOf('\n## Examples'));
const [payload2, payload1, ...files] = [...examples.matchAll(/```json\n([^`]+\n)```/g)].map((match) => match[1] ?? '');
const keys = [...examples.matchAll(/`([0-9a-f]{64})`/g)].map((match) => match[1]);
const secret = textSecret('s3cret');

describe.each(keySources)('the examples in docs/envelope.md with the key source %s', (keySource) => {
  const [version2 = '', version1 = ''] = keySource === 'home' ? files : files.slice(2);

  test('have the key in the document', async () => {
    const input = Buffer.from(keySource === 'home' ? home : passphrase);
    for (const kdf of [JSON.parse(version2).slots[0].kdf, JSON.parse(version1).kdf]) {
      const key = await deriveKey(kdf, input);
      expect(Buffer.from(key).toString('hex')).toBe(keys[keySources.indexOf(keySource)]);
    }
  });

  test('open', async () => {
    for (const example of [version1, version2]) {
      const { path } = newPlace();
      writeFileSync(path, example, { mode: 0o600 });
      const store = openFile(path, keySource);
      expect(await store.list()).toEqual([alice]);
      expect((await store.get(alice))?.equals(secret)).toBe(true);
    }
  });

  test('[EF7] open with the second implementation, and contain the payloads in the document', async () => {
    expect(`${await openBySpecification(version2, { home, passphrase })}\n`).toBe(payload2);
    expect(`${await openBySpecification(version1, { home, passphrase })}\n`).toBe(payload1);
  });

  test('are what keystow writes if everything random is 0, 1, 2, …', async () => {
    const { path } = newPlace();
    const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => index);
    await openFile(path, keySource, { random, cost: recommendedCost }).set(alice, secret);
    expect(readFileSync(path, 'utf8')).toBe(version2);
  });

  test('of version 1 are rewritten as version 2 by the next write, with the same key', async () => {
    const { path } = newPlace();
    writeFileSync(path, version1, { mode: 0o600 });
    const store = openFile(path, keySource);
    await store.get(alice);
    expect(readFileSync(path, 'utf8')).toBe(version1);
    await store.set(alice, textSecret('new'));
    const file = JSON.parse(readFileSync(path, 'utf8'));
    expect(file).toMatchObject({ version: 2, application: 'keystow', slots: [{ kdf: JSON.parse(version1).kdf }] });
    expect(await openBySpecification(readFileSync(path, 'utf8'), { home, passphrase })).toContain('"counter":1,');
  });
});

test('docs/envelope.md lists the bounds that the code enforces', () => {
  for (const ends of Object.values(argon2Bounds)) {
    const [least, most] = ends.map((end) => end.toLocaleString('en'));
    expect(page).toContain(`| ${least} | ${most} |`);
  }
});
