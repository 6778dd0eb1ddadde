import { describe, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { toItem, toNameIndexItem } from '../../src/adapters/credential-manager/names.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { maxNameLength } from '../../src/domain/credential-name.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, fakeMacos, fakeWindows } from './fake-binding.ts';
import { alice, createSecret, openStoreOver, stores, toHex } from './harness.ts';

const oddLength = Uint8Array.of(1, 2, 3);
const loneSurrogate = Uint8Array.of(0, 0xd8);

describe("Credential Manager with other programs' credentials", () => {
  test('lists no credential that is not text, and does not fail because of one', async () => {
    const fake = new FakeBinding(fakeWindows);
    const { AsyncEntry } = fake.binding;
    await new AsyncEntry('keystow-test', 'mallory').setSecret(oddLength);
    await new AsyncEntry('TERMSRV/host', 'Administrator').setSecret(loneSurrogate);
    const store = openStoreOver(createCredentialManager, fake);
    expect(await store.list()).toEqual([]);
    await store.set(alice, createSecret(5001));
    expect(await store.list()).toEqual([alice]);
    expect(await store.list(alice.service)).toEqual([alice]);
  });

  test('reads a credential that another program wrote, and lists it only after set', async () => {
    const fake = new FakeBinding(fakeWindows);
    await new fake.binding.AsyncEntry('other.example', 'alice').setSecret(oddLength);
    const store = openStoreOver(createCredentialManager, fake);
    const name = { service: 'other.example', account: 'alice' };
    expect(toHex(await store.get(name))).toBe('010203');
    expect(await store.list()).toEqual([]);
    await store.set(name, createSecret(2));
    expect(await store.list()).toEqual([name]);
  });

  test('does not list a credential that another program deleted, and delete removes the rest of it', async () => {
    const fake = new FakeBinding(fakeWindows);
    const store = openStoreOver(createCredentialManager, fake);
    await store.set(alice, createSecret(5001));
    await new fake.binding.AsyncEntry(alice.service, alice.account).deleteCredential();
    expect(await store.list()).toEqual([]);
    expect(await store.delete(alice)).toBe(false);
    expect(fake.items.size).toBe(0);
  });

  test('lists the credentials of one service', async () => {
    const store = openStoreOver(createCredentialManager, new FakeBinding(fakeWindows));
    const other = { service: 'other.example', account: 'alice' };
    await store.set(alice, createSecret(1));
    await store.set(other, createSecret(1));
    expect(await store.list()).toEqual([alice, other]);
    expect(await store.list('other.example')).toEqual([other]);
    expect(await store.list('nobody.example')).toEqual([]);
  });

  test('splits a name of maximal length into parts, and joins them in whatever order Windows returns them', async () => {
    const fake = new FakeBinding(fakeWindows);
    const store = openStoreOver(createCredentialManager, fake);
    const name = { service: 's'.repeat(maxNameLength), account: 'a'.repeat(maxNameLength) };
    await store.set(name, createSecret(3));
    const parts = [...fake.items].filter(([key]) => key.startsWith('%NAME-'));
    const bytes = 2 * (2 * maxNameLength + 1);
    expect(parts.map(([, { secret }]) => secret.length)).toEqual([2560, bytes - 2560]);
    for (const [key, item] of [...parts].reverse()) {
      fake.items.delete(key);
      fake.items.set(key, item);
    }
    expect(await store.list()).toEqual([name]);
    await store.delete(name);
    expect(fake.items.size).toBe(0);
  });

  test('writes a name to the index once, and again if it was changed', async () => {
    const fake = new FakeBinding(fakeWindows);
    const store = openStoreOver(createCredentialManager, fake);
    const countIndexWrites = () => fake.calls.splice(0).filter((call) => call.startsWith('set keystow %name-')).length;
    await store.set(alice, createSecret(1));
    expect(countIndexWrites()).toBe(1);
    await store.set(alice, createSecret(2));
    expect(countIndexWrites()).toBe(0);
    const { service, user } = toNameIndexItem(alice, 0);
    await new fake.binding.AsyncEntry(service, user).setSecret(Buffer.from('mallory', 'utf16le'));
    expect(await store.list()).toEqual([]);
    await store.set(alice, createSecret(3));
    expect(await store.list()).toEqual([alice]);
  });

  test.each([
    ['a wrong hash', alice, '0'.repeat(64)],
    ['an invalid name', { service: alice.service, account: 'x'.repeat(maxNameLength + 1) }, undefined],
  ])('skips an index item with %s, even if its credential exists', async (_, name, hash) => {
    const fake = new FakeBinding(fakeWindows);
    const write = async ({ service, user }: { service: string; user: string }, bytes: Uint8Array) =>
      new fake.binding.AsyncEntry(service, user).setSecret(bytes);
    await write(toItem(name), oddLength);
    const { service, user } = toNameIndexItem(name, 0);
    const text = Buffer.from(`${name.service}\0${name.account}`, 'utf16le');
    await write({ service, user: hash === undefined ? user : `%name-${hash}-0` }, text);
    expect(await openStoreOver(createCredentialManager, fake).list()).toEqual([]);
  });

  test('skips an item that only looks like an index item', async () => {
    const fake = new FakeBinding(fakeWindows);
    const text = Buffer.from('service\0account', 'utf16le');
    for (const user of ['%name-', '%name-1234-0', `%name-${'0'.repeat(64)}-0`]) {
      await new fake.binding.AsyncEntry('keystow', user).setSecret(text);
    }
    expect(await openStoreOver(createCredentialManager, fake).list()).toEqual([]);
  });
});

describe('Keychain listing', () => {
  test('requires a service', async () => {
    const store = openStoreOver(createKeychain, new FakeBinding(fakeMacos));
    const error = await failure(store.list(), 'invalid-input');
    expect(error.message).toBe('a service is required: the Keychain lists one service at a time');
  });

  test("skips another program's item whose name keystow does not allow", async () => {
    const fake = new FakeBinding(fakeMacos);
    fake.items.set('foreign', { service: alice.service, user: '', secret: oddLength });
    const store = openStoreOver(createKeychain, fake);
    await store.set(alice, createSecret(70_000));
    expect(await store.list(alice.service)).toEqual([alice]);
  });

  test('lists no chunks under their own service, which can be used like any other', async () => {
    const store = openStoreOver(createKeychain, new FakeBinding(fakeMacos));
    const name = { service: 'keystow pieces', account: 'alice' };
    await store.set(alice, createSecret(200_000));
    expect(await store.list('keystow pieces')).toEqual([]);
    await store.set(name, createSecret(200_000, 1));
    expect(await store.list('keystow pieces')).toEqual([name]);
  });

  test('delete fails if macOS did not delete the item, although the binding reports that it did', async () => {
    const fake = new FakeBinding(fakeMacos);
    const store = openStoreOver(createKeychain, fake);
    await store.set(alice, createSecret(3));
    const [[key, item] = expect.unreachable('nothing was set')] = fake.items;
    const undeletable = new FakeBinding(fakeMacos, new Map([[key, item]]));
    undeletable.items.delete = () => true;
    const error = await failure(openStoreOver(createKeychain, undeletable).delete(alice), 'denied');
    expect(error.message).toBe('the Keychain did not delete an item that it reported as deleted');
  });
});

test.each([
  ['keychain', 'by-service', createKeychain, fakeMacos],
  ['credential-manager', 'all', createCredentialManager, fakeWindows],
] as const)('%s has its id, and lists %s', (id, listing, create, platform) => {
  expect(openStoreOver(create, new FakeBinding(platform))).toMatchObject({ id, listing });
});

describe.each(stores)('%s listing', (_, create, platform) => {
  test('rejects an invalid service', async () => {
    const store = openStoreOver(create, new FakeBinding(platform));
    await failure(store.list('a\0b'), 'invalid-name');
  });
});
