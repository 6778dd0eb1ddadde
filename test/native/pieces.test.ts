import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { macStandIn } from '../support/binding-stand-in-platforms.ts';
import { openOver } from './harness.ts';
import { alice, hexOf, secretOf, stores } from './stores.ts';

const mebibyte = 1024 * 1024;
const hash = 'a0'.repeat(32);
const prefix = new TextEncoder().encode('keystow-pieces:');

describe.each(stores)('%s keeps secrets of any size', (_, create, platform, maxItemBytes) => {
  const sizes = [0, 1, 2559, 2560, 2561, 5120, 100_000, mebibyte, maxItemBytes - 1, maxItemBytes, maxItemBytes + 1];

  test.each(sizes)('[NAT9] %i bytes come back, none in an item larger than the platform takes', async (size) => {
    const standIn = new BindingStandIn(platform);
    const store = openOver(create, standIn);
    await store.set(alice, secretOf(size));
    expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(size)));
    const lengths = [...standIn.items.values()].map(({ secret }) => secret.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(maxItemBytes);
  });

  test('a secret is there to be deleted once', async () => {
    const store = openOver(create, new BindingStandIn(platform));
    await store.set(alice, secretOf(2 * maxItemBytes));
    expect(await store.delete(alice)).toBe(true);
    expect(await store.delete(alice)).toBe(false);
  });

  test('what fits is one item with exactly those bytes, as other programs expect', async () => {
    const standIn = new BindingStandIn(platform);
    await openOver(create, standIn).set(alice, secretOf(maxItemBytes));
    const { AsyncEntry } = standIn.binding;
    const bytes = await new AsyncEntry(alice.service, alice.account).getSecret();
    expect(hexOf(new Secret(Uint8Array.from(bytes ?? [])))).toBe(hexOf(secretOf(maxItemBytes)));
  });

  test('no item is ever empty: not every platform is known to give that back', async () => {
    const standIn = new BindingStandIn(platform);
    await openOver(create, standIn).set(alice, secretOf(0));
    for (const { secret } of standIn.items.values()) expect(secret.length).toBeGreaterThan(0);
  });

  test('a secret that begins like a list of pieces is not taken for one', async () => {
    const store = openOver(create, new BindingStandIn(platform));
    for (const tail of ['', '1:a:1:', `1:a:0:${'0'.repeat(64)}`]) {
      const secret = new Secret(Buffer.concat([prefix, Buffer.from(tail)]));
      await store.set(alice, secret);
      expect(hexOf(await store.get(alice))).toBe(hexOf(secret));
    }
  });

  test('an empty item of another program is the empty secret', async () => {
    const standIn = new BindingStandIn(platform);
    await new standIn.binding.AsyncEntry(alice.service, alice.account).setSecret(new Uint8Array());
    expect(hexOf(await openOver(create, standIn).get(alice))).toBe('');
  });

  test('more than 8 MiB is too large, and the old secret stays', async () => {
    const store = openOver(create, new BindingStandIn(platform));
    await store.set(alice, secretOf(10));
    const error = await failure(store.set(alice, new Secret(new Uint8Array(8 * mebibyte + 1))), 'too-large');
    expect(error.message).toBe('the secret is larger than 8388608 bytes');
    expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(10)));
  });
});

describe.each(stores)('%s never gives a part of a secret', (_, create, platform, maxItemBytes) => {
  const damages: readonly (readonly [string, (standIn: BindingStandIn) => void])[] = [
    ['missing', (standIn) => standIn.items.delete(keyOfPiece(standIn))],
    ['altered', (standIn) => alter(standIn, (secret) => secret.map((byte) => byte ^ 1))],
    ['cut short', (standIn) => alter(standIn, (secret) => secret.slice(1))],
  ];

  test.each(damages)('a piece that is %s is a failure, and setting again heals it', async (_, damage) => {
    const standIn = new BindingStandIn(platform);
    const store = openOver(create, standIn);
    await store.set(alice, secretOf(3 * maxItemBytes));
    damage(standIn);
    const error = await failure(store.get(alice), 'failed');
    expect(error.message).toBe('a piece of the secret is missing or altered');
    await store.set(alice, secretOf(2 * maxItemBytes));
    expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(2 * maxItemBytes)));
    await store.delete(alice);
    expect([...standIn.items.values()]).toEqual([]);
  });

  test.each([
    ['another slot', `1:c:1:${hash}`],
    ['no count', `1:a::${hash}`],
    ['a count with a zero before it', `1:a:01:${hash}`],
    ['a count beyond any secret', `1:a:1000000:${hash}`],
    ['a hash in capitals', `1:a:1:${hash.toUpperCase()}`],
    ['a hash that is short', `1:a:1:${hash.slice(1)}`],
    ['more behind it', `1:a:1:${hash}\n`],
    ['more before it', `keystow-pieces:1:a:1:${hash}`],
  ])('a list of pieces with %s is a failure, and setting again replaces it', async (_, text) => {
    const standIn = new BindingStandIn(platform);
    const store = openOver(create, standIn);
    await store.set(alice, secretOf(2 * maxItemBytes));
    await new standIn.binding.AsyncEntry(alice.service, alice.account).setSecret(Buffer.from(`keystow-pieces:${text}`));
    const error = await failure(store.get(alice), 'failed');
    expect(error.message).toBe('the list of the pieces of a secret is damaged, or of a later version');
    await store.set(alice, secretOf(3));
    expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(3)));
  });

  test('a list of pieces of a later version is a failure, and setting again replaces it', async () => {
    const standIn = new BindingStandIn(platform);
    const store = openOver(create, standIn);
    await new standIn.binding.AsyncEntry(alice.service, alice.account).setSecret(Buffer.from('keystow-pieces:2:?'));
    const error = await failure(store.get(alice), 'failed');
    expect(error.message).toBe('the list of the pieces of a secret is damaged, or of a later version');
    await store.set(alice, secretOf(3));
    expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(3)));
  });
});

test('Keychain keeps just 8 MiB', async () => {
  const store = openOver(createKeychain, new BindingStandIn(macStandIn));
  await store.set(alice, secretOf(8 * mebibyte));
  expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(8 * mebibyte)));
});

function keyOfPiece({ items }: BindingStandIn): string {
  const [key] = [...items].find(([, { service, user }]) => `${service}${user}`.includes('-a-1')) ?? [];
  return key ?? expect.unreachable('there is no piece');
}

function alter(standIn: BindingStandIn, change: (secret: Uint8Array) => Uint8Array): void {
  const key = keyOfPiece(standIn);
  const item = standIn.items.get(key) ?? expect.unreachable('there is no piece');
  standIn.items.set(key, { ...item, secret: change(item.secret) });
}
