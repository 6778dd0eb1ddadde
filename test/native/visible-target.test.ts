import { describe, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, fakeWindows, type StoredItem } from './fake-binding.ts';
import { type CreateStore, createSecret, fingerprint, openStoreOver, toHex } from './harness.ts';

/** The one credential with a visible target. */
const mine = { service: 'jsm', account: 'default' };
const other = { service: 'jsm', account: 'other' };

/** The key of that target in the fake, which ignores case as Windows does. */
const targetKey = 'JSM';

const sizes = [0, 1, 2560, 2561, 10_000];

const createJsm: CreateStore = (options) =>
  createCredentialManager({
    ...options,
    findVisibleTarget: ({ service, account }) => (service === 'jsm' && account === 'default' ? 'jsm' : undefined),
  });

function openJsm(items = new Map<string, StoredItem>()) {
  const fake = new FakeBinding(fakeWindows, items);
  return { fake, items, store: openStoreOver(createJsm, fake) };
}

/** The items after a secret was set and the user deleted the visible entry in Credential Manager. */
async function createDeletedByUser(size: number): Promise<Map<string, StoredItem>> {
  const { items, store } = openJsm();
  await store.set(mine, createSecret(size, 1));
  expect(items.delete(targetKey)).toBe(true);
  return items;
}

describe('a credential with a visible target', () => {
  test.each(sizes)('[NAT7] of %i bytes is read back, and users find it under exactly that target', async (size) => {
    const { fake, store } = openJsm();
    await store.set(mine, createSecret(size));
    expect(toHex(await store.get(mine))).toBe(toHex(createSecret(size)));
    expect(fake.items.get(targetKey)).toMatchObject({ target: 'jsm', user: 'default' });
    expect(await fake.binding.findCredentialsAsync('', 'jsm')).toEqual([
      { account: 'default', password: 'The secret is in the entry default.jsm' },
    ]);
  });

  test('is listed once, along with credentials without one', async () => {
    const { store, items } = openJsm();
    await store.set(other, createSecret(4));
    expect([...items.keys()]).toEqual([expect.stringMatching(/^%NAME-/), 'OTHER.JSM']);
    await store.set(mine, createSecret(3));
    await store.set(mine, createSecret(6000));
    expect(await store.list()).toEqual([mine, other]);
    expect(await store.delete(mine)).toBe(true);
    expect(await store.list('jsm')).toEqual([other]);
    expect(await store.delete(other)).toBe(true);
    expect(await store.delete(other)).toBe(false);
  });

  test('is read and listed without writing', async () => {
    const { fake, items, store } = openJsm();
    await store.set(mine, createSecret(6000));
    const [before, calls] = [fingerprint(items.values()), fake.calls.length];
    await store.get(mine);
    await store.list();
    expect(fingerprint(items.values())).toBe(before);
    for (const call of fake.calls.slice(calls)) expect(call).toMatch(/^(get|find) /);
  });

  test.each([Uint8Array.of(1, 2, 3), Uint8Array.of(0, 0xd8)])(
    'is present while the entry exists, even if another program changed its content to %j',
    async (bytes) => {
      const { fake, store } = openJsm();
      await store.set(mine, createSecret(6000));
      await fake.binding.AsyncEntry.withTarget('jsm', 'x', 'x').setSecret(bytes);
      expect(toHex(await store.get(mine))).toBe(toHex(createSecret(6000)));
      expect(await store.list()).toEqual([mine]);
    },
  );

  test('that was never set is deleted without creating the entry', async () => {
    const { fake, store } = openJsm();
    expect(await store.delete(mine)).toBe(false);
    expect(fake.calls.filter((call) => /^(empty|set) /.test(call))).toEqual([]);
  });

  test('must not have a target that other credentials can have, or that matches other targets', async () => {
    for (const target of ['', 'a.b', 'jsm*', 'x'.repeat(241)]) {
      const options = { findVisibleTarget: () => target } as object;
      const store = openStoreOver(createCredentialManager, new FakeBinding(fakeWindows), options);
      await expect(store.get(mine)).rejects.toThrow(`invalid visible target: ${target}`);
    }
  });
});

describe("another program's entry under the visible target", () => {
  test.each([
    ['text', Buffer.from('token', 'utf16le')],
    ['bytes of odd length', Uint8Array.of(1, 2, 3)],
    ['ill-formed UTF-16', Uint8Array.of(0, 0xd8)],
    ['nothing', new Uint8Array()],
  ])('holding %s: the credential is absent until it is set, and the entry then belongs to it', async (_, secret) => {
    const { fake, store } = openJsm();
    await fake.binding.AsyncEntry.withTarget('jsm', 'x', 'x').setSecret(secret);
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await store.set(mine, createSecret(5));
    expect(toHex(await store.get(mine))).toBe(toHex(createSecret(5)));
    expect(await store.delete(mine)).toBe(true);
    expect(fake.items.size).toBe(0);
  });

  test('any other failure of the search is reported, never taken for absence', async () => {
    const { fake, store } = openJsm();
    await store.set(mine, createSecret(5));
    for (const operation of [() => store.get(mine), () => store.list(), () => store.delete(mine)]) {
      fake.fail(/^find jsm/, 'Windows error code 1312');
      await failure(operation(), 'denied');
    }
    fake.fail(/^empty/, 'Windows error code 5');
    await failure(store.delete(mine), 'denied');
    expect(toHex(await store.get(mine))).toBe(toHex(createSecret(5)));
    fake.fail(/^empty/, 'Windows error code 5');
    await failure(store.set(mine, createSecret(6)), 'denied');
    expect(toHex(await store.get(mine))).toBe(toHex(createSecret(6)));
  });
});

test('the fake empties a target when its entry is created, as the binding does', async () => {
  const { fake } = openJsm();
  const { AsyncEntry } = fake.binding;
  await AsyncEntry.withTarget('jsm', 'jsm', 'default').setSecret(Buffer.from('token', 'utf16le'));
  AsyncEntry.withTarget('jsm', 'jsm', 'default');
  expect(await fake.binding.findCredentialsAsync('', 'JSM')).toEqual([{ account: 'default', password: '' }]);
});

describe('after the user deleted the visible entry', () => {
  test.each(sizes)('a credential of %i bytes is absent and not listed', async (size) => {
    const { store } = openJsm(await createDeletedByUser(size));
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  test.each(sizes)('delete reports it as absent, and removes the remaining %i bytes', async (size) => {
    const { items, store } = openJsm(await createDeletedByUser(size));
    expect(await store.delete(mine)).toBe(false);
    expect([...items.keys()]).toEqual([]);
  });

  test.each(sizes)(
    '[NAT6] the next set creates the entry again, and the old secret of %i bytes never reappears',
    async (before) => {
      for (const size of sizes) {
        const start = await createDeletedByUser(before);
        for (let writes = 0, crashed = true; crashed; writes += 1) {
          const { fake, items, store } = openJsm(new Map(start));
          fake.crashAfter(writes);
          crashed = await store.set(mine, createSecret(size, 2)).then(
            () => false,
            () => true,
          );
          const { store: next } = openJsm(items);
          const seen = toHex(await next.get(mine));
          expect(crashed ? [undefined, toHex(createSecret(size, 2))] : [toHex(createSecret(size, 2))]).toContain(seen);
          await next.set(mine, createSecret(3, 4));
          expect(toHex(await next.get(mine))).toBe(toHex(createSecret(3, 4)));
          expect(items.size).toBe(3);
          expect(await next.delete(mine)).toBe(true);
          expect([...items.keys()]).toEqual([]);
        }
      }
    },
  );

  test('after the user deleted the ordinary entry instead, the credential is absent too', async () => {
    const { items, store } = openJsm();
    await store.set(mine, createSecret(6000));
    items.delete('DEFAULT.JSM');
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.delete(mine)).toBe(false);
    expect([...items.keys()]).toEqual([]);
  });
});
