import { describe, expect, test } from 'vitest';
import type { Secret } from '../../src/domain/secret.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { FakeBinding, type StoredItem } from './fake-binding.ts';
import { alice, allStores, createSecret, fingerprint, openStoreOver, toHex } from './harness.ts';

/** Secret sizes in items: absent, empty, within one item, and in several. */
const sizes = fastOrSlow([undefined, 0.5, 3.5], [undefined, 0, 0.5, 1, 2, 3.5]);
const repairSizes = fastOrSlow([2], [undefined, 0.5, 2, 3.5]);
const killedWrites = fastOrSlow([0, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
const changes = sizes.flatMap((before) => sizes.map((after) => [before, after] as const));

describe.each(allStores)('%s: a process is killed between any two writes', (_, create, platform, maxItemBytes) => {
  const created = new Map<string, Secret>();
  const secretFor = (size: number | undefined, seed: number): Secret | undefined => {
    if (size === undefined) return undefined;
    const secret = created.get(`${size} ${seed}`) ?? createSecret(size * maxItemBytes, seed);
    created.set(`${size} ${seed}`, secret);
    return secret;
  };
  const other = { service: alice.service, account: 'bob' };

  async function write(items: Map<string, StoredItem>, secret: Secret | undefined, writes = Number.POSITIVE_INFINITY) {
    const fake = new FakeBinding(platform, items);
    fake.crashAfter(writes);
    const store = openStoreOver(create, fake);
    if (secret === undefined) await store.delete(alice);
    else await store.set(alice, secret);
  }

  async function read(items: Map<string, StoredItem>): Promise<string | undefined> {
    const store = openStoreOver(create, new FakeBinding(platform, items));
    const secret = toHex(await store.get(alice));
    const isListed = (await store.list(alice.service)).some(({ account }) => account === alice.account);
    expect(isListed).toBe(secret !== undefined);
    return secret;
  }

  test.each(changes)(
    '[NAT4] replacing %s items with %s leaves the old or the new secret, and the next write removes all orphans',
    async (before, after) => {
      const old = secretFor(before, 1);
      const wanted = secretFor(after, 2);
      const start = new Map<string, StoredItem>();
      await openStoreOver(create, new FakeBinding(platform, start)).set(other, createSecret(5));
      const clean = fingerprint(start.values());
      await write(start, secretFor(3, 9));
      await write(start, old);

      for (let writes = 0, crashed = true; crashed; writes += 1) {
        const items = new Map(start);
        crashed = await write(items, wanted, writes).then(
          () => false,
          () => true,
        );
        expect([toHex(old), toHex(wanted)]).toContain(await read(items));
        if (!crashed) expect(await read(items)).toBe(toHex(wanted));
        for (const next of repairSizes) {
          const later = new Map(items);
          const last = secretFor(next, 3);
          await write(later, last);
          expect(await read(later)).toBe(toHex(last));
          const expectedChunks = next === undefined || (next > 0 && next <= 1) ? 0 : Math.ceil(next);
          expect(countChunks(later)).toBe(expectedChunks);
          await write(later, undefined);
          expect(fingerprint(later.values())).toBe(clean);
        }
      }
    },
  );

  test('a second kill during the repair of the first is repaired as well', async () => {
    const start = new Map<string, StoredItem>();
    await write(start, secretFor(3, 1));
    for (const first of killedWrites) {
      for (const second of killedWrites) {
        const items = new Map(start);
        await write(items, secretFor(2, 2), first).catch(() => undefined);
        await write(items, secretFor(4, 3), second).catch(() => undefined);
        expect([1, 2, 3].map((seed) => toHex(secretFor([3, 2, 4][seed - 1], seed)))).toContain(await read(items));
        await write(items, secretFor(1.5, 4));
        expect(countChunks(items)).toBe(2);
        await write(items, undefined);
        expect([...items.keys()]).toEqual([]);
      }
    }
  });
});

function countChunks(items: Map<string, StoredItem>): number {
  return [...items.values()].filter(({ service, user }) => /keystow pieces|%piece-/.test(`${service} ${user}`)).length;
}
