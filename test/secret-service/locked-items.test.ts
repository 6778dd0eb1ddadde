import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import type { Message, Value } from '../faults/dbus-codec.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

const collection = '/org/freedesktop/secrets/collection/fake';
const interactive = { interaction: { interactive: true, notifyWaiting: () => undefined } };

/** Returns options that make every search find these items. */
function searchFinds(unlocked: Value, locked: Value): FakeProviderOptions {
  return { instead: { SearchItems: () => ({ signature: 'aoao', values: [unlocked, locked] }) } };
}

describeStore('a locked collection or item', 'secret-service', missingSessionBus(), () => {
  test('an unlocked item of another collection is read without a prompt', async () => {
    const { provider, readText } = await setUpStore({ locked: true, ...searchFinds([`${collection}/1`], []) });
    provider.add(exactAttributes, 'kept');
    expect(await readText()).toBe('kept');
    expect(provider.calls).not.toContain('Unlock');
  });

  test('the default collection is unlocked before a list, before a secret counts as absent, and before a write', async () => {
    for (const work of ['get', 'list', 'probe'] as const) {
      const { provider, store } = await setUpStore({ locked: true }, interactive);
      await { get: () => store.get(name), list: () => store.list('demo'), probe: () => store.probe() }[work]();
      expect(provider.valuesOf('Unlock'), work).toEqual([[[collection]]]);
      expect(provider.valuesOf('Prompt'), work).toEqual([['']]);
    }
  });

  test('a locked item of an unlocked collection is unlocked by itself', async () => {
    const { provider, store, readText } = await setUpStore(searchFinds([], [`${collection}/1`]), interactive);
    provider.add(exactAttributes, 'kept');
    expect(await readText()).toBe('kept');
    expect(provider.valuesOf('Unlock')).toEqual([[[`${collection}/1`]]]);
    await store.set(name, textSecret('new'));
    expect(await readText()).toBe('new');
  });

  test('a list without the items of a locked collection reports how many it left out, if the caller accepts that', async () => {
    const { provider, store } = await setUpStore(searchFinds([`${collection}/1`], ['/other/1', '/other/2']));
    provider.add(exactAttributes, 'kept');
    const counts: number[] = [];
    expect(await store.list(undefined, { onLockedItems: (count) => counts.push(count) })).toEqual([name]);
    expect(counts).toEqual([2]);
    await failure(store.list(), 'locked');
  });

  /** A list of all that accepts to be partial, and the counts that it reports. */
  async function listOpen(options: FakeProviderOptions, storeOptions = {}) {
    const { provider, store } = await setUpStore(options, storeOptions);
    provider.add(exactAttributes, 'kept');
    const counts: number[] = [];
    const names = store.list(undefined, { onLockedItems: (count) => counts.push(count) });
    return { names, counts, provider };
  }

  test('such a list succeeds if the default collection is locked, which may hide how many items it left out', async () => {
    const { names, counts } = await listOpen({ locked: true, ...searchFinds([`${collection}/1`], []) });
    expect(await names).toEqual([name]);
    expect(counts).toEqual([0]);
  });

  test('such a list reports nothing if nothing is locked', async () => {
    const { names, counts } = await listOpen({});
    expect(await names).toEqual([name]);
    expect(counts).toEqual([]);
  });

  test.each([
    ['all items are', [`${collection}/1`], false],
    ['the default collection is, and shows no items', [], true],
  ])('such a list is not empty, but locked, if %s', async (_, locked, isCollectionLocked) => {
    const { names, counts } = await listOpen({ locked: isCollectionLocked, ...searchFinds([], locked) });
    await failure(names, 'locked');
    expect(counts).toEqual([]);
  });

  test('such a list unlocks everything if the user can be asked', async () => {
    const { names, counts, provider } = await listOpen({ locked: true }, interactive);
    expect(await names).toEqual([name]);
    expect(counts).toEqual([]);
    expect(provider.valuesOf('Unlock')).toEqual([[[collection]]]);
  });

  test('an item that was deleted since it was found is left out of a list; any other error is not', async () => {
    const gone = `${collection}/99`;
    for (const [errorName, code] of [
      ['org.freedesktop.Secret.Error.NoSuchObject', undefined],
      ['org.freedesktop.DBus.Error.AccessDenied', 'denied'],
    ] as const) {
      const { instead } = searchFinds([`${collection}/1`, gone], []);
      const fail = () => ({ errorName, signature: 's', values: ['no'] });
      const Get = ({ fields }: Message) => (fields.path === gone ? fail() : undefined);
      const { provider, store } = await setUpStore({ instead: { ...instead, Get } });
      provider.add(exactAttributes, 'kept');
      if (code === undefined) expect(await store.list()).toEqual([name]);
      else await failure(store.list(), code);
    }
  });

  test('an item that the provider lists, but does not have, is left out of a list', async () => {
    const { provider, store } = await setUpStore(searchFinds([`${collection}/1`, `${collection}/99`], []));
    provider.add(exactAttributes, 'kept');
    expect(await store.list()).toEqual([name]);
  });

  test('if non-interactive, a locked item is locked, but not because the provider asks before each access', async () => {
    const { provider, store } = await setUpStore(searchFinds([], [`${collection}/1`]));
    provider.add(exactAttributes, 'kept');
    expect((await failure(store.get(name), 'locked')).evidence).toEqual({});
  });

  test.each([
    ['both locked', [], [`${collection}/1`, `${collection}/2`]],
    ['one of them locked', [`${collection}/1`], [`${collection}/2`]],
  ])(
    'two matches that hide their attributes while locked, %s: they are unlocked, then compared',
    async (_, ...found) => {
      const { provider, readText } = await setUpStore(
        {
          locked: true,
          instead: {
            ...searchFinds(...found).instead,
            Get: (call) => {
              const hidden =
                provider.locked && call.body('ss')[1] === 'Attributes' && found[1].includes(`${call.fields.path}`);
              return hidden ? { signature: 'v', values: [['a{ss}', []]] } : undefined;
            },
          },
        },
        interactive,
      );
      provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 9n);
      provider.add(exactAttributes, 'ours', 1n);
      expect(await readText()).toBe('ours');
      expect(provider.valuesOf('Unlock')).toEqual([[found[1]]]);
    },
  );
});
