import { describe, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { itemOf, recordOf } from '../../src/adapters/credential-manager/names.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { maxNameLength } from '../../src/domain/credential-name.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { macStandIn, windowsStandIn } from '../support/binding-stand-in-platforms.ts';
import { openOver } from './harness.ts';
import { alice, hexOf, secretOf, stores } from './stores.ts';

const odd = Uint8Array.of(1, 2, 3);
const loneSurrogate = Uint8Array.of(0, 0xd8);

describe("Credential Manager beside other programs' credentials", () => {
  test('those that are not text break no listing and are not claimed', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    const { AsyncEntry } = standIn.binding;
    await new AsyncEntry('keystow-test', 'mallory').setSecret(odd);
    await new AsyncEntry('TERMSRV/host', 'Administrator').setSecret(loneSurrogate);
    const store = openOver(createCredentialManager, standIn);
    expect(await store.list()).toEqual([]);
    await store.set(alice, secretOf(5001));
    expect(await store.list()).toEqual([alice]);
    expect(await store.list(alice.service)).toEqual([alice]);
  });

  test('one written by plain small names is read, and listed once it is set', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    await new standIn.binding.AsyncEntry('other.example', 'alice').setSecret(odd);
    const store = openOver(createCredentialManager, standIn);
    const name = { service: 'other.example', account: 'alice' };
    expect(hexOf(await store.get(name))).toBe('010203');
    expect(await store.list()).toEqual([]);
    await store.set(name, secretOf(2));
    expect(await store.list()).toEqual([name]);
  });

  test('a credential that another program deleted is no longer listed, and nothing of it outlasts a delete', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    const store = openOver(createCredentialManager, standIn);
    await store.set(alice, secretOf(5001));
    await new standIn.binding.AsyncEntry(alice.service, alice.account).deleteCredential();
    expect(await store.list()).toEqual([]);
    expect(await store.delete(alice)).toBe(false);
    expect(standIn.items.size).toBe(0);
  });

  test('a service lists its own', async () => {
    const store = openOver(createCredentialManager, new BindingStandIn(windowsStandIn));
    const other = { service: 'other.example', account: 'alice' };
    await store.set(alice, secretOf(1));
    await store.set(other, secretOf(1));
    expect(await store.list()).toEqual([alice, other]);
    expect(await store.list('other.example')).toEqual([other]);
    expect(await store.list('nobody.example')).toEqual([]);
  });

  test('a name as long as may be is kept in parts, which are listed in whatever order Windows has them', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    const store = openOver(createCredentialManager, standIn);
    const name = { service: 's'.repeat(maxNameLength), account: 'a'.repeat(maxNameLength) };
    await store.set(name, secretOf(3));
    const parts = [...standIn.items].filter(([key]) => key.startsWith('%NAME-'));
    const bytes = 2 * (2 * maxNameLength + 1);
    expect(parts.map(([, { secret }]) => secret.length)).toEqual([2560, bytes - 2560]);
    for (const [key, item] of [...parts].reverse()) {
      standIn.items.delete(key);
      standIn.items.set(key, item);
    }
    expect(await store.list()).toEqual([name]);
    await store.delete(name);
    expect(standIn.items.size).toBe(0);
  });

  test('a kept name is written once, and again where it was altered', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    const store = openOver(createCredentialManager, standIn);
    const written = () => standIn.calls.splice(0).filter((call) => call.startsWith('set keystow %name-')).length;
    await store.set(alice, secretOf(1));
    expect(written()).toBe(1);
    await store.set(alice, secretOf(2));
    expect(written()).toBe(0);
    const { service, user } = recordOf(alice, 0);
    await new standIn.binding.AsyncEntry(service, user).setSecret(Buffer.from('mallory', 'utf16le'));
    expect(await store.list()).toEqual([]);
    await store.set(alice, secretOf(3));
    expect(await store.list()).toEqual([alice]);
  });

  test.each([
    ['the wrong hash', alice, '0'.repeat(64)],
    ['a name that is none', { service: alice.service, account: 'x'.repeat(maxNameLength + 1) }, undefined],
  ])('a kept name with %s is passed by, though there is such a credential', async (_, name, hash) => {
    const standIn = new BindingStandIn(windowsStandIn);
    const keep = async ({ service, user }: { service: string; user: string }, bytes: Uint8Array) =>
      new standIn.binding.AsyncEntry(service, user).setSecret(bytes);
    await keep(itemOf(name), odd);
    const { service, user } = recordOf(name, 0);
    const text = Buffer.from(`${name.service}\0${name.account}`, 'utf16le');
    await keep({ service, user: hash === undefined ? user : `%name-${hash}-0` }, text);
    expect(await openOver(createCredentialManager, standIn).list()).toEqual([]);
  });

  test('what looks like a kept name and is none is passed by', async () => {
    const standIn = new BindingStandIn(windowsStandIn);
    const text = Buffer.from('service\0account', 'utf16le');
    for (const user of ['%name-', '%name-1234-0', `%name-${'0'.repeat(64)}-0`]) {
      await new standIn.binding.AsyncEntry('keystow', user).setSecret(text);
    }
    expect(await openOver(createCredentialManager, standIn).list()).toEqual([]);
  });
});

describe('Keychain listing', () => {
  test('is of one service', async () => {
    const store = openOver(createKeychain, new BindingStandIn(macStandIn));
    const error = await failure(store.list(), 'invalid-input');
    expect(error.message).toBe('the Keychain lists one service at a time');
  });

  test("an item of another program's with a name that keystow has none of is passed by", async () => {
    const standIn = new BindingStandIn(macStandIn);
    standIn.items.set('foreign', { service: alice.service, user: '', secret: odd });
    const store = openOver(createKeychain, standIn);
    await store.set(alice, secretOf(70_000));
    expect(await store.list(alice.service)).toEqual([alice]);
  });

  test('the service that pieces are kept under lists no piece, and can be used like any other', async () => {
    const store = openOver(createKeychain, new BindingStandIn(macStandIn));
    const name = { service: 'keystow pieces', account: 'alice' };
    await store.set(alice, secretOf(200_000));
    expect(await store.list('keystow pieces')).toEqual([]);
    await store.set(name, secretOf(200_000, 1));
    expect(await store.list('keystow pieces')).toEqual([name]);
  });

  test('an item that macOS did not delete is an error, though the binding says it did', async () => {
    const standIn = new BindingStandIn(macStandIn);
    const store = openOver(createKeychain, standIn);
    await store.set(alice, secretOf(3));
    const [[key, item] = expect.unreachable('nothing was set')] = standIn.items;
    const undeletable = new BindingStandIn(macStandIn, new Map([[key, item]]));
    undeletable.items.delete = () => true;
    const error = await failure(openOver(createKeychain, undeletable).delete(alice), 'denied');
    expect(error.message).toBe('the Keychain kept an item that was to be deleted');
  });
});

test.each([
  ['keychain', 'by-service', createKeychain, macStandIn],
  ['credential-manager', 'all', createCredentialManager, windowsStandIn],
] as const)('%s says what it is, and that it lists %s', (id, listing, create, platform) => {
  expect(openOver(create, new BindingStandIn(platform))).toMatchObject({ id, listing });
});

describe.each(stores)('%s listing', (_, create, platform) => {
  test('a service that no credential can have is refused', async () => {
    const store = openOver(create, new BindingStandIn(platform));
    const error = await failure(store.list('a\0b'), 'invalid-name');
    expect(error.message).toBe('the service holds a NUL character');
  });
});
