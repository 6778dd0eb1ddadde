import { describe, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { windowsStandIn } from '../support/binding-stand-in-platforms.ts';
import { fingerprint, openOver } from './harness.ts';
import { exact, mine, openJsm as open, sizes } from './jsm.ts';
import { hexOf, secretOf } from './stores.ts';

const other = { service: 'jsm', account: 'other' };

describe('a credential under an exact target', () => {
  test.each(sizes)('[NAT7] of %i bytes comes back, and people find it under exactly that target', async (size) => {
    const { standIn, store } = open();
    await store.set(mine, secretOf(size));
    expect(hexOf(await store.get(mine))).toBe(hexOf(secretOf(size)));
    expect(standIn.items.get(exact)).toMatchObject({ target: 'jsm', user: 'default' });
    expect(await standIn.binding.findCredentialsAsync('', 'jsm')).toEqual([
      { account: 'default', password: 'The secret is in the entry default.jsm' },
    ]);
  });

  test('is listed once, beside those that have none', async () => {
    const { store, items } = open();
    await store.set(other, secretOf(4));
    expect([...items.keys()]).toEqual([expect.stringMatching(/^%NAME-/), 'OTHER.JSM']);
    await store.set(mine, secretOf(3));
    await store.set(mine, secretOf(6000));
    expect(await store.list()).toEqual([mine, other]);
    expect(await store.delete(mine)).toBe(true);
    expect(await store.list('jsm')).toEqual([other]);
    expect(await store.delete(other)).toBe(true);
    expect(await store.delete(other)).toBe(false);
  });

  test('is read and listed without a write', async () => {
    const { standIn, items, store } = open();
    await store.set(mine, secretOf(6000));
    const [before, calls] = [fingerprint(items.values()), standIn.calls.length];
    await store.get(mine);
    await store.list();
    expect(fingerprint(items.values())).toBe(before);
    for (const call of standIn.calls.slice(calls)) expect(call).toMatch(/^(get|find) /);
  });

  test.each([Uint8Array.of(1, 2, 3), Uint8Array.of(0, 0xd8)])(
    'is kept while there is such an entry, whatever another program has made of it: %j',
    async (bytes) => {
      const { standIn, store } = open();
      await store.set(mine, secretOf(6000));
      await standIn.binding.AsyncEntry.withTarget('jsm', 'x', 'x').setSecret(bytes);
      expect(hexOf(await store.get(mine))).toBe(hexOf(secretOf(6000)));
      expect(await store.list()).toEqual([mine]);
    },
  );

  test('that was never set is deleted without being made', async () => {
    const { standIn, store } = open();
    expect(await store.delete(mine)).toBe(false);
    expect(standIn.calls.filter((call) => /^(empty|set) /.test(call))).toEqual([]);
  });

  test('a target that others have, or that finds others, is a mistake of the application', async () => {
    for (const target of ['', 'a.b', 'jsm*', 'x'.repeat(241)]) {
      const options = { exactTargets: () => target } as object;
      const store = openOver(createCredentialManager, new BindingStandIn(windowsStandIn), options);
      await expect(store.get(mine)).rejects.toThrow(`no target that is a credential's own: ${target}`);
    }
  });
});

describe("an exact target that is another program's", () => {
  test.each([
    ['text', Buffer.from('token', 'utf16le')],
    ['no text, being odd in length', Uint8Array.of(1, 2, 3)],
    ['no text, being ill-formed', Uint8Array.of(0, 0xd8)],
    ['empty', new Uint8Array()],
  ])('and holds %s: nothing is kept until it is set, and then it is the own one', async (_, secret) => {
    const { standIn, store } = open();
    await standIn.binding.AsyncEntry.withTarget('jsm', 'x', 'x').setSecret(secret);
    expect(await store.get(mine)).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await store.set(mine, secretOf(5));
    expect(hexOf(await store.get(mine))).toBe(hexOf(secretOf(5)));
    expect(await store.delete(mine)).toBe(true);
    expect(standIn.items.size).toBe(0);
  });

  test('a search that fails in any other way is that failure, never an absent credential', async () => {
    const { standIn, store } = open();
    await store.set(mine, secretOf(5));
    for (const operation of [() => store.get(mine), () => store.list(), () => store.delete(mine)]) {
      standIn.fail(/^find jsm/, 'Windows error code 1312');
      await failure(operation(), 'denied');
    }
    standIn.fail(/^empty/, 'Windows error code 5');
    await failure(store.delete(mine), 'denied');
    expect(hexOf(await store.get(mine))).toBe(hexOf(secretOf(5)));
    standIn.fail(/^empty/, 'Windows error code 5');
    await failure(store.set(mine, secretOf(6)), 'denied');
    expect(hexOf(await store.get(mine))).toBe(hexOf(secretOf(6)));
  });
});

test('the stand-in empties a target as its entry is made, as the binding does', async () => {
  const { standIn } = open();
  const { AsyncEntry } = standIn.binding;
  await AsyncEntry.withTarget('jsm', 'jsm', 'default').setSecret(Buffer.from('token', 'utf16le'));
  AsyncEntry.withTarget('jsm', 'jsm', 'default');
  expect(await standIn.binding.findCredentialsAsync('', 'JSM')).toEqual([{ account: 'default', password: '' }]);
});
