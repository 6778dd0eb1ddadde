import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { argon2Bounds } from '../../src/domain/envelope/key-derivation.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, cheap, newPlace, openFile, passphrase, typed } from './place.ts';

const salt = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
const { memoryKiB, iterations, parallelism, passesKiB, saltBytes } = argon2Bounds;

/** What a header asks for, each one step beyond what is allowed, or no number of steps at all. */
const beyond: readonly (readonly [what: string, asked: Readonly<Record<string, unknown>>])[] = [
  ['memoryKiB', { memoryKiB: memoryKiB[0] - 1 }],
  ['memoryKiB', { memoryKiB: memoryKiB[1] + 1 }],
  ['memoryKiB', { memoryKiB: 0 }],
  ['memoryKiB', { memoryKiB: -8192 }],
  ['iterations', { iterations: iterations[0] - 1 }],
  ['iterations', { iterations: iterations[1] + 1 }],
  ['parallelism', { parallelism: parallelism[0] - 1 }],
  ['parallelism', { parallelism: parallelism[1] + 1 }],
  ['passesKiB', { memoryKiB: memoryKiB[1], iterations: passesKiB[1] / memoryKiB[1] + 1 }],
  ['saltBytes', { salt: salt(saltBytes[0] - 1) }],
  ['saltBytes', { salt: salt(saltBytes[1] + 1) }],
  ['whole numbers', { memoryKiB: 8192.5 }],
  ['whole numbers', { iterations: '3' }],
  ['whole numbers', { parallelism: null }],
  ['whole numbers', { memoryKiB: 2 ** 53 }],
];

/** What is allowed, to its very ends. */
const within: readonly Readonly<Record<string, unknown>>[] = [
  { memoryKiB: memoryKiB[0], iterations: iterations[0], parallelism: parallelism[0] },
  { memoryKiB: memoryKiB[0], iterations: iterations[1] },
  { memoryKiB: memoryKiB[1], iterations: passesKiB[1] / memoryKiB[1] },
  { parallelism: parallelism[1] },
  { salt: salt(saltBytes[0]) },
  { salt: salt(saltBytes[1]) },
];

/** A file sealed by a passphrase, whose header asks for something else than it was sealed with. */
async function fileAsking(asked: Readonly<Record<string, unknown>>) {
  const { path } = newPlace();
  await openFile(path, 'passphrase').set(alice, textSecret('s3cret'));
  const { kdf, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  const { format, version, ...sealed } = rest;
  const { name, ...cost } = { ...kdf, ...cheap, ...asked };
  const text = `${JSON.stringify({ format, version, kdf: { name, ...cost }, ...sealed })}\n`;
  writeFileSync(path, text);
  return { path, text };
}

describe('what a file asks for', () => {
  test.each(beyond)(
    '[EF3] out of bounds (%s, %o) is refused before anything is asked or derived',
    async (what, asked) => {
      const { path, text } = await fileAsking(asked);
      const derive = vi.fn(deriveKey);
      const passphrases = typed(passphrase);
      const store = openFile(path, 'passphrase', { derive, passphrases });
      for (const work of [
        () => store.get(alice),
        () => store.set(bob, textSecret('new')),
        () => store.delete(alice),
        () => store.list(),
      ]) {
        expect((await failure(work(), 'file-damaged')).message).toContain(what);
      }
      expect(derive).not.toHaveBeenCalled();
      expect(passphrases.asked).toEqual([]);
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  test.each(within)('at the very ends of the bounds (%o) is derived', async (asked) => {
    const { path } = await fileAsking(asked);
    const derive = vi.fn(async () => new Uint8Array(32));
    const once = { ...typed(), open: async (attempt: number) => (attempt === 1 ? textSecret(passphrase) : undefined) };
    await failure(openFile(path, 'passphrase', { derive, passphrases: once }).get(alice), 'wrong-passphrase');
    expect(derive).toHaveBeenCalledTimes(1);
  });
});
