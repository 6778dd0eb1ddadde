import { describe, expect, test } from 'vitest';
import type { Secret } from '../../src/domain/secret.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import type { KeptItem } from '../support/binding-stand-in-platforms.ts';
import { fingerprint, openOver } from './harness.ts';
import { alice, allStores, hexOf, secretOf } from './stores.ts';

/** Sizes in items: absent, empty, within one item, and several, growing and shrinking. */
const steps = [undefined, 0, 0.5, 1, 2, 3.5] as const;
const healing = [undefined, 0.5, 2, 3.5] as const;
const changes = steps.flatMap((before) => steps.map((after) => [before, after] as const));

describe.each(allStores)('%s: a process killed between any two writes', (_, create, platform, maxItemBytes) => {
  const made = new Map<string, Secret>();
  const secretFor = (size: number | undefined, seed: number): Secret | undefined => {
    if (size === undefined) return undefined;
    const secret = made.get(`${size} ${seed}`) ?? secretOf(size * maxItemBytes, seed);
    made.set(`${size} ${seed}`, secret);
    return secret;
  };
  const other = { service: alice.service, account: 'bob' };

  async function put(items: Map<string, KeptItem>, secret: Secret | undefined, writes = Number.POSITIVE_INFINITY) {
    const standIn = new BindingStandIn(platform, items);
    standIn.crashAfter(writes);
    const store = openOver(create, standIn);
    if (secret === undefined) await store.delete(alice);
    else await store.set(alice, secret);
  }

  async function kept(items: Map<string, KeptItem>): Promise<string | undefined> {
    const store = openOver(create, new BindingStandIn(platform, items));
    const secret = hexOf(await store.get(alice));
    const isListed = (await store.list(alice.service)).some(({ account }) => account === alice.account);
    expect(isListed).toBe(secret !== undefined);
    return secret;
  }

  test.each(changes)(
    '[NAT4] from %s items to %s: the old secret or the new one, and no orphan after the next',
    async (before, after) => {
      const old = secretFor(before, 1);
      const wanted = secretFor(after, 2);
      const start = new Map<string, KeptItem>();
      await openOver(create, new BindingStandIn(platform, start)).set(other, secretOf(5));
      const clean = fingerprint(start.values());
      await put(start, secretFor(3, 9));
      await put(start, old);

      for (let writes = 0, died = true; died; writes += 1) {
        const items = new Map(start);
        died = await put(items, wanted, writes).then(
          () => false,
          () => true,
        );
        expect([hexOf(old), hexOf(wanted)]).toContain(await kept(items));
        if (!died) expect(await kept(items)).toBe(hexOf(wanted));
        for (const next of healing) {
          const later = new Map(items);
          const last = secretFor(next, 3);
          await put(later, last);
          expect(await kept(later)).toBe(hexOf(last));
          const pieces = next === undefined || (next > 0 && next <= 1) ? 0 : Math.ceil(next);
          expect(countOfPieces(later)).toBe(pieces);
          await put(later, undefined);
          expect(fingerprint(later.values())).toBe(clean);
        }
      }
    },
  );

  test('a second kill, at any write of what was to heal the first, is healed as well', async () => {
    const start = new Map<string, KeptItem>();
    await put(start, secretFor(3, 1));
    for (const first of Array.from({ length: 9 }, (_, index) => index)) {
      for (const second of Array.from({ length: 9 }, (_, index) => index)) {
        const items = new Map(start);
        await put(items, secretFor(2, 2), first).catch(() => undefined);
        await put(items, secretFor(4, 3), second).catch(() => undefined);
        expect([1, 2, 3].map((seed) => hexOf(secretFor([3, 2, 4][seed - 1], seed)))).toContain(await kept(items));
        await put(items, secretFor(1.5, 4));
        expect(countOfPieces(items)).toBe(2);
        await put(items, undefined);
        expect([...items.keys()]).toEqual([]);
      }
    }
  });
});

function countOfPieces(items: Map<string, KeptItem>): number {
  return [...items.values()].filter(({ service, user }) => /keystow pieces|%piece-/.test(`${service} ${user}`)).length;
}
