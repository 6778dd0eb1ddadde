import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { alice, createSecret, toHex } from '../native/harness.ts';
import { realBinding } from './binding.ts';
import { missing } from './missing.ts';
import { Place } from './place.ts';

const sizes = [0, 1, 2, 1279, 1280, 1281, 2559, 2560, 2561, 5120, 5121, 10_000, 25_600, 99_999, 100_000];

describeStore('secrets of any size', 'credential-manager-native', missing, () => {
  let place: Place;
  beforeAll(() => {
    place = new Place();
  });
  afterAll(() => place.clear());

  test.each(sizes)('%i bytes come back, from as many entries as they take', async (size) => {
    await place.open().set(alice, createSecret(size));
    expect(toHex(await place.open().get(alice))).toBe(toHex(createSecret(size)));
    const pieces = place.own.list().filter((target) => /^%piece-[0-9a-f]{64}-[ab]-\d+\.keystow$/.test(target));
    expect(pieces).toHaveLength(size <= 2560 ? 0 : Math.ceil(size / 2560));
  });

  test('and of none anything is left once they are deleted', async () => {
    expect(await place.open().delete(alice)).toBe(true);
    expect(place.own.list()).toEqual([]);
  });

  test('one entry takes 2,560 bytes and no more, and what it held stays', async () => {
    const entry = new (realBinding().AsyncEntry)('keystow-test', 'alice');
    await entry.setSecret(createSecret(2560).expose());
    await expect(entry.setSecret(createSecret(2561).expose())).rejects.toThrow(
      "Value of 'secret' is longer than the platform limit of 2560 chars",
    );
    expect((await entry.getSecret())?.length).toBe(2560);
  });
});
