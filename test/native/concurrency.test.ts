import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, fakeMacos } from './fake-binding.ts';
import { alice, allStores, createSecret, createTestMutex, openStoreOver, toHex } from './harness.ts';

describe.each(allStores)('%s: concurrent operations', (_, create, platform, maxItemBytes) => {
  test('readers always see one complete secret while writers alternate large and small ones', async () => {
    const fake = new FakeBinding(platform);
    const withLock = createTestMutex();
    const open = () => openStoreOver(create, fake, { withLock });
    const secrets = [3, 0.1, 5, 0, 2].map((size, seed) => createSecret(size * maxItemBytes, seed));
    const known = new Set(secrets.map(toHex));
    await open().set(alice, secrets[0] ?? createSecret(0));
    let writing = true;
    const write = async () => {
      for (const secret of secrets) await open().set(alice, secret);
    };
    const read = async () => {
      while (writing) expect(known).toContain(toHex(await open().get(alice)));
    };
    const readers = [read(), read(), read()];
    await Promise.all([write(), write()]).finally(() => {
      writing = false;
    });
    await Promise.all(readers);
  });

  test('if another program creates the item first, Keychain writes it on the second attempt', async () => {
    const fake = new FakeBinding(platform);
    const store = openStoreOver(create, fake);
    const race = 'Platform failure: The specified item already exists in the keychain.';
    fake.fail(/^set keystow-test/, race);
    if (store.id === 'keychain') {
      await store.set(alice, createSecret(4));
      expect(toHex(await store.get(alice))).toBe(toHex(createSecret(4)));
    } else {
      await expect(store.set(alice, createSecret(4))).rejects.toMatchObject({ code: 'failed' });
    }
  });

  test('a writer that lost its lock stops before its next write', async () => {
    const fake = new FakeBinding(platform);
    let left = 2;
    const store = openStoreOver(create, fake, {
      withLock: (work) =>
        work(() => {
          left -= 1;
          return left >= 0;
        }),
    });
    await expect(store.set(alice, createSecret(5 * maxItemBytes))).rejects.toMatchObject({
      code: 'failed',
      message: 'the lock was lost to another process, so nothing more was written',
    });
    expect(await store.get(alice)).toBeUndefined();
    expect(fake.items.size).toBe(2);
  });
});

test('Keychain: if other programs keep creating the item, the write fails after three attempts', async () => {
  const fake = new FakeBinding(fakeMacos);
  const store = openStoreOver(createKeychain, fake);
  const race = 'Platform failure: error code -25299';
  const countAttempts = () => fake.calls.splice(0).filter((call) => call.startsWith('set keystow-test')).length;
  fake.fail(/^set keystow-test/, race, 2);
  await store.set(alice, createSecret(4));
  expect(countAttempts()).toBe(3);
  fake.fail(/^set keystow-test/, race, 3);
  await failure(store.set(alice, createSecret(5)), 'failed');
  expect(countAttempts()).toBe(3);
  expect(toHex(await store.get(alice))).toBe(toHex(createSecret(4)));
  countAttempts();
  fake.fail(/^set keystow-test/, 'Platform failure: error code -25308');
  await failure(store.set(alice, createSecret(5)), 'locked');
  expect(countAttempts()).toBe(1);
});
