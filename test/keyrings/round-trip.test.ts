import { expect, test } from 'vitest';
import { type Place, roundTrip } from '../../src/adapters/keyrings/round-trip.ts';

/** A place that keeps what it is given, but for what a test has it do otherwise. */
function place(otherwise: Partial<Place> = {}) {
  const done: string[] = [];
  const written: Uint8Array[] = [];
  const kept: Place = {
    async write(sentinel) {
      written.push(sentinel);
    },
    read: async () => written.at(-1)?.slice(),
    remove: async () => true,
    ...otherwise,
  };
  const noted: Place = {
    write(sentinel) {
      done.push('write');
      return kept.write(sentinel);
    },
    read() {
      done.push('read');
      return kept.read();
    },
    remove() {
      done.push('remove');
      return kept.remove();
    },
  };
  return { noted, done, written };
}

const mismatch = { kind: 'service-failure', reason: 'round-trip-mismatch' };

test('what keeps a sentinel, gives it back and removes it is usable, and keeps things until they are deleted', async () => {
  const { noted, done } = place();
  expect(await roundTrip(noted)).toEqual({ kind: 'usable', persistence: 'until-delete' });
  expect(done).toEqual(['write', 'read', 'remove']);
});

test('no two sentinels are the same, so that none can be one that was left there', async () => {
  const { noted, written } = place();
  for (let round = 0; round < 3; round += 1) await roundTrip(noted);
  expect(new Set(written.map((sentinel) => Buffer.from(sentinel).toString('hex'))).size).toBe(3);
  for (const sentinel of written) expect(sentinel).toHaveLength(16);
});

test.each<[string, Partial<Place>]>([
  ['gives back nothing', { read: async () => undefined }],
  ['gives back another secret', { read: async () => new Uint8Array(16) }],
  ['had nothing to remove', { remove: async () => false }],
])('what %s: round-trip-mismatch, and the sentinel has been removed', async (_, otherwise) => {
  const { noted, done } = place(otherwise);
  expect(await roundTrip(noted)).toEqual(mismatch);
  expect(done).toEqual(['write', 'read', 'remove']);
});

test.each(['write', 'read', 'remove'] as const)('a %s that fails is told as it is', async (step) => {
  const error = new Error('the disk is on fire');
  const { noted } = place({ [step]: () => Promise.reject(error) });
  await expect(roundTrip(noted)).rejects.toBe(error);
});
