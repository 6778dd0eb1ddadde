import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { argon2Bounds } from '../../src/domain/envelope/key-derivation.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, cheap, newPlace, openFile, passphrase, typed } from './place.ts';

const salt = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
const { memoryKiB, iterations, parallelism, passesKiB, saltBytes } = argon2Bounds;

/** Headers one step out of bounds, or with a value that isn't an integer. */
const beyond: readonly (readonly [problem: string, cost: Readonly<Record<string, unknown>>])[] = [
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
  ['not an integer', { memoryKiB: 8192.5 }],
  ['not an integer', { iterations: '3' }],
  ['not an integer', { parallelism: null }],
  ['not an integer', { memoryKiB: 2 ** 53 }],
];

/** Headers at the bounds. */
const within: readonly Readonly<Record<string, unknown>>[] = [
  { memoryKiB: memoryKiB[0], iterations: iterations[0], parallelism: parallelism[0] },
  { memoryKiB: memoryKiB[0], iterations: iterations[1] },
  { memoryKiB: memoryKiB[1], iterations: passesKiB[1] / memoryKiB[1] },
  { parallelism: parallelism[1] },
  { salt: salt(saltBytes[0]) },
  { salt: salt(saltBytes[1]) },
];

/** A file with a passphrase, whose header gives another cost than it was sealed with. */
async function fileWithCost(cost: Readonly<Record<string, unknown>>) {
  const { path } = newPlace();
  await openFile(path, 'passphrase').set(alice, textSecret('s3cret'));
  const file = JSON.parse(readFileSync(path, 'utf8'));
  file.slots[0].kdf = { ...file.slots[0].kdf, ...cheap, ...cost };
  const text = `${JSON.stringify(file)}\n`;
  writeFileSync(path, text);
  return { path, text };
}

describe('the cost of the key derivation in a file', () => {
  test.each(beyond)(
    '[EF3] is rejected out of bounds (%s, %o), before anything is asked or derived',
    async (_, cost) => {
      const { path, text } = await fileWithCost(cost);
      const derive = vi.fn(deriveKey);
      const passphrases = typed(passphrase);
      const store = openFile(path, 'passphrase', { derive, passphrases });
      for (const work of [
        () => store.get(alice),
        () => store.set(bob, textSecret('new')),
        () => store.delete(alice),
        () => store.list(),
      ]) {
        await failure(work(), 'file-damaged');
      }
      expect(derive).not.toHaveBeenCalled();
      expect(passphrases.asked).toEqual([]);
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  test.each(within)('is accepted at the bounds (%o)', async (cost) => {
    const { path } = await fileWithCost(cost);
    const derive = vi.fn(async () => new Uint8Array(32));
    const once = { ...typed(), open: async (attempt: number) => (attempt === 1 ? textSecret(passphrase) : undefined) };
    await failure(openFile(path, 'passphrase', { derive, passphrases: once }).get(alice), 'wrong-passphrase');
    expect(derive).toHaveBeenCalledTimes(1);
  });
});
