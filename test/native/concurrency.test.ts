import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { macStandIn } from '../support/binding-stand-in-platforms.ts';
import { inTurn, openOver } from './harness.ts';
import { alice, allStores, hexOf, secretOf } from './stores.ts';

describe.each(allStores)('%s: several at once', (_, create, platform, maxItemBytes) => {
  test('readers beside writers that alternate large and small see one of the secrets, whole', async () => {
    const standIn = new BindingStandIn(platform);
    const exclusively = inTurn();
    const open = () => openOver(create, standIn, { exclusively });
    const secrets = [3, 0.1, 5, 0, 2].map((size, seed) => secretOf(size * maxItemBytes, seed));
    const known = new Set(secrets.map(hexOf));
    await open().set(alice, secrets[0] ?? secretOf(0));
    let writing = true;
    const write = async () => {
      for (const secret of secrets) await open().set(alice, secret);
    };
    const read = async () => {
      while (writing) expect(known).toContain(hexOf(await open().get(alice)));
    };
    const readers = [read(), read(), read()];
    await Promise.all([write(), write()]).finally(() => {
      writing = false;
    });
    await Promise.all(readers);
  });

  test('an item that another program makes meanwhile is written on the second try', async () => {
    const standIn = new BindingStandIn(platform);
    const store = openOver(create, standIn);
    const race = 'Platform failure: The specified item already exists in the keychain.';
    standIn.fail(/^set keystow-test/, race);
    if (store.id === 'keychain') {
      await store.set(alice, secretOf(4));
      expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(4)));
    } else {
      await expect(store.set(alice, secretOf(4))).rejects.toMatchObject({ code: 'failed' });
    }
  });

  test('a lock that was lost stops a writer before its next write', async () => {
    const standIn = new BindingStandIn(platform);
    let left = 2;
    const store = openOver(create, standIn, {
      exclusively: (work) =>
        work(() => {
          left -= 1;
          return left >= 0;
        }),
    });
    await expect(store.set(alice, secretOf(5 * maxItemBytes))).rejects.toMatchObject({
      code: 'failed',
      message: 'another process took the lock over: nothing more was written',
    });
    expect(await store.get(alice)).toBeUndefined();
    expect(standIn.items.size).toBe(2);
  });
});

test('Keychain: an item that other programs make again and again is given up on the third try', async () => {
  const standIn = new BindingStandIn(macStandIn);
  const store = openOver(createKeychain, standIn);
  const race = 'Platform failure: error code -25299';
  const tries = () => standIn.calls.splice(0).filter((call) => call.startsWith('set keystow-test')).length;
  standIn.fail(/^set keystow-test/, race, 2);
  await store.set(alice, secretOf(4));
  expect(tries()).toBe(3);
  standIn.fail(/^set keystow-test/, race, 3);
  const error = await failure(store.set(alice, secretOf(5)), 'failed');
  expect(error.message).toBe(`the Keychain failed: ${race}`);
  expect(tries()).toBe(3);
  expect(hexOf(await store.get(alice))).toBe(hexOf(secretOf(4)));
  tries();
  standIn.fail(/^set keystow-test/, 'Platform failure: error code -25308');
  await failure(store.set(alice, secretOf(5)), 'locked');
  expect(tries()).toBe(1);
});
