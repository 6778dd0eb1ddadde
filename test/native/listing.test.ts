import { describe, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
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

describe.each(stores)('%s listing', (_, create, platform) => {
  test('a service that no credential can have is refused', async () => {
    const store = openOver(create, new BindingStandIn(platform));
    const error = await failure(store.list('a\0b'), 'invalid-name');
    expect(error.message).toBe('the service holds a NUL character');
  });
});
