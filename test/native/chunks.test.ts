import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, fakeMacos } from './fake-binding.ts';
import { alice, createSecret, openStoreOver, stores, toHex } from './harness.ts';

const mebibyte = 1024 * 1024;
const hash = 'a0'.repeat(32);
const prefix = new TextEncoder().encode('keystow-pieces:');

describe.each(stores)('%s stores secrets of any size', (_, create, platform, maxItemBytes) => {
  const sizes = [0, 1, 2559, 2560, 2561, 5120, 100_000, mebibyte, maxItemBytes - 1, maxItemBytes, maxItemBytes + 1];

  test.each(sizes)(
    '[NAT9] a secret of %i bytes is read back, and no item exceeds the platform’s limit',
    async (size) => {
      const fake = new FakeBinding(platform);
      const store = openStoreOver(create, fake);
      await store.set(alice, createSecret(size));
      expect(toHex(await store.get(alice))).toBe(toHex(createSecret(size)));
      const lengths = [...fake.items.values()].map(({ secret }) => secret.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(maxItemBytes);
    },
  );

  test('only the first delete finds the secret', async () => {
    const store = openStoreOver(create, new FakeBinding(platform));
    await store.set(alice, createSecret(2 * maxItemBytes));
    expect(await store.delete(alice)).toBe(true);
    expect(await store.delete(alice)).toBe(false);
  });

  test('a secret that fits into one item is stored there unchanged, as other programs expect', async () => {
    const fake = new FakeBinding(platform);
    await openStoreOver(create, fake).set(alice, createSecret(maxItemBytes));
    const { AsyncEntry } = fake.binding;
    const bytes = await new AsyncEntry(alice.service, alice.account).getSecret();
    expect(toHex(new Secret(Uint8Array.from(bytes ?? [])))).toBe(toHex(createSecret(maxItemBytes)));
  });

  test('no item is ever empty, because not every platform can return an empty one', async () => {
    const fake = new FakeBinding(platform);
    await openStoreOver(create, fake).set(alice, createSecret(0));
    for (const { secret } of fake.items.values()) expect(secret.length).toBeGreaterThan(0);
  });

  test('a secret that starts like a manifest is not mistaken for one', async () => {
    const store = openStoreOver(create, new FakeBinding(platform));
    for (const tail of ['', '1:a:1:', `1:a:0:${'0'.repeat(64)}`]) {
      const secret = new Secret(Buffer.concat([prefix, Buffer.from(tail)]));
      await store.set(alice, secret);
      expect(toHex(await store.get(alice))).toBe(toHex(secret));
    }
  });

  test('an empty item written by another program is the empty secret', async () => {
    const fake = new FakeBinding(platform);
    await new fake.binding.AsyncEntry(alice.service, alice.account).setSecret(new Uint8Array());
    expect(toHex(await openStoreOver(create, fake).get(alice))).toBe('');
  });

  test('a secret of more than 8 MiB is too large, and the old one remains', async () => {
    const store = openStoreOver(create, new FakeBinding(platform));
    await store.set(alice, createSecret(10));
    const error = await failure(store.set(alice, new Secret(new Uint8Array(8 * mebibyte + 1))), 'too-large');
    expect(error.message).toBe('the secret is larger than 8 MiB');
    expect(toHex(await store.get(alice))).toBe(toHex(createSecret(10)));
  });
});

describe.each(stores)('%s never returns part of a secret', (_, create, platform, maxItemBytes) => {
  const damages: readonly (readonly [string, (fake: FakeBinding) => void])[] = [
    ['missing', (fake) => fake.items.delete(findChunkKey(fake))],
    ['changed', (fake) => changeChunk(fake, (secret) => secret.map((byte) => byte ^ 1))],
    ['truncated', (fake) => changeChunk(fake, (secret) => secret.slice(1))],
  ];

  test.each(damages)('if a chunk is %s, get fails, and set repairs it', async (_, damage) => {
    const fake = new FakeBinding(platform);
    const store = openStoreOver(create, fake);
    await store.set(alice, createSecret(3 * maxItemBytes));
    damage(fake);
    const error = await failure(store.get(alice), 'failed');
    expect(error.message).toBe('a chunk of the secret is missing or was changed');
    await store.set(alice, createSecret(2 * maxItemBytes));
    expect(toHex(await store.get(alice))).toBe(toHex(createSecret(2 * maxItemBytes)));
    await store.delete(alice);
    expect([...fake.items.values()]).toEqual([]);
  });

  test.each([
    ['an unknown slot', `1:c:1:${hash}`],
    ['no count', `1:a::${hash}`],
    ['a leading zero in its count', `1:a:01:${hash}`],
    ['a count larger than any secret needs', `1:a:1000000:${hash}`],
    ['an upper-case hash', `1:a:1:${hash.toUpperCase()}`],
    ['a short hash', `1:a:1:${hash.slice(1)}`],
    ['trailing text', `1:a:1:${hash}\n`],
    ['leading text', `keystow-pieces:1:a:1:${hash}`],
  ])('if a manifest has %s, get fails, and set replaces it', async (_, text) => {
    const fake = new FakeBinding(platform);
    const store = openStoreOver(create, fake);
    await store.set(alice, createSecret(2 * maxItemBytes));
    await new fake.binding.AsyncEntry(alice.service, alice.account).setSecret(Buffer.from(`keystow-pieces:${text}`));
    await failure(store.get(alice), 'failed');
    await store.set(alice, createSecret(3));
    expect(toHex(await store.get(alice))).toBe(toHex(createSecret(3)));
  });

  test('if a manifest has a later version, get fails, and set replaces it', async () => {
    const fake = new FakeBinding(platform);
    const store = openStoreOver(create, fake);
    await new fake.binding.AsyncEntry(alice.service, alice.account).setSecret(Buffer.from('keystow-pieces:2:?'));
    const error = await failure(store.get(alice), 'failed');
    expect(error.message).toBe('the chunk list of the secret is invalid, or was written by a later version of keystow');
    await store.set(alice, createSecret(3));
    expect(toHex(await store.get(alice))).toBe(toHex(createSecret(3)));
  });
});

test('Keychain stores a secret of exactly 8 MiB', async () => {
  const store = openStoreOver(createKeychain, new FakeBinding(fakeMacos));
  await store.set(alice, createSecret(8 * mebibyte));
  expect(toHex(await store.get(alice))).toBe(toHex(createSecret(8 * mebibyte)));
});

function findChunkKey({ items }: FakeBinding): string {
  const [key] = [...items].find(([, { service, user }]) => `${service}${user}`.includes('-a-1')) ?? [];
  return key ?? expect.unreachable('there is no chunk');
}

function changeChunk(fake: FakeBinding, change: (secret: Uint8Array) => Uint8Array): void {
  const key = findChunkKey(fake);
  const item = fake.items.get(key) ?? expect.unreachable('there is no chunk');
  fake.items.set(key, { ...item, secret: change(item.secret) });
}
