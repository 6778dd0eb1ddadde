import { describe, expect, test } from 'vitest';
import type { KeptItem } from '../support/binding-stand-in-platforms.ts';
import { exact, mine, openJsm as open, sizes } from './jsm.ts';
import { hexOf, secretOf } from './stores.ts';

/** The state after a secret was set and somebody deleted the entry that they found in Credential Manager. */
async function deletedByHand(size: number): Promise<Map<string, KeptItem>> {
  const { items, store } = open();
  await store.set(mine, secretOf(size, 1));
  expect(items.delete(exact)).toBe(true);
  return items;
}

describe('an exact target that somebody deleted', () => {
  test.each(sizes)('signs out: a credential of %i bytes is absent and not listed', async (size) => {
    const { store } = open(await deletedByHand(size));
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  test.each(sizes)('with %i bytes left behind, deleting finds nothing kept and leaves nothing', async (size) => {
    const { items, store } = open(await deletedByHand(size));
    expect(await store.delete(mine)).toBe(false);
    expect([...items.keys()]).toEqual([]);
  });

  test.each(sizes)(
    '[NAT6] is made again by the next set; what was before %i bytes never comes back',
    async (before) => {
      for (const size of sizes) {
        const start = await deletedByHand(before);
        for (let writes = 0, died = true; died; writes += 1) {
          const { standIn, items, store } = open(new Map(start));
          standIn.crashAfter(writes);
          died = await store.set(mine, secretOf(size, 2)).then(
            () => false,
            () => true,
          );
          const { store: next } = open(items);
          const seen = hexOf(await next.get(mine));
          expect(died ? [undefined, hexOf(secretOf(size, 2))] : [hexOf(secretOf(size, 2))]).toContain(seen);
          await next.set(mine, secretOf(3, 4));
          expect(hexOf(await next.get(mine))).toBe(hexOf(secretOf(3, 4)));
          expect(items.size).toBe(3);
          expect(await next.delete(mine)).toBe(true);
          expect([...items.keys()]).toEqual([]);
        }
      }
    },
  );

  test('the ordinary entry that somebody deleted instead signs out as well', async () => {
    const { items, store } = open();
    await store.set(mine, secretOf(6000));
    items.delete('DEFAULT.JSM');
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.delete(mine)).toBe(false);
    expect([...items.keys()]).toEqual([]);
  });
});
