import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import type { Value } from '../faults/dbus-codec.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

const collection = '/org/freedesktop/secrets/collection/fake';
const interactive = { interaction: { interactive: true, notifyWaiting: () => undefined } };

/** What the provider finds, whatever it is asked for. */
function finding(unlocked: Value, locked: Value): FakeProviderOptions {
  return { instead: { SearchItems: () => ({ signature: 'aoao', values: [unlocked, locked] }) } };
}

describeStore('what lies behind a lock', 'secret-service', missingSessionBus(), () => {
  test('nothing does that is unlocked in another collection: it is read, and nobody is asked', async () => {
    const { provider, readText } = await setUpStore({ locked: true, ...finding([`${collection}/1`], []) });
    provider.add(exactAttributes, 'kept');
    expect(await readText()).toBe('kept');
    expect(provider.calls).not.toContain('Unlock');
  });

  test('the default collection is what is unlocked, before anything is listed, found absent or written', async () => {
    for (const work of ['get', 'list', 'probe'] as const) {
      const { provider, store } = await setUpStore({ locked: true }, interactive);
      await { get: () => store.get(name), list: () => store.list('demo'), probe: () => store.probe() }[work]();
      expect(provider.valuesOf('Unlock'), work).toEqual([[[collection]]]);
      expect(provider.valuesOf('Prompt'), work).toEqual([['']]);
    }
  });

  test('an item alone, in a collection that is open: the item is unlocked', async () => {
    const { provider, store, readText } = await setUpStore(finding([], [`${collection}/1`]), interactive);
    provider.add(exactAttributes, 'kept');
    expect(await readText()).toBe('kept');
    expect(provider.valuesOf('Unlock')).toEqual([[[`${collection}/1`]]]);
    await store.set(name, textSecret('new'));
    expect(await readText()).toBe('new');
  });

  test('with nobody there an item alone is locked, and that is no question that each access raises', async () => {
    const { provider, store } = await setUpStore(finding([], [`${collection}/1`]));
    provider.add(exactAttributes, 'kept');
    const error = await failure(store.get(name), 'locked');
    expect(error).toMatchObject({ message: 'the Secret Service is locked', evidence: {} });
  });

  test.each([
    ['both locked', [], [`${collection}/1`, `${collection}/2`]],
    ['one of them locked', [`${collection}/1`], [`${collection}/2`]],
  ])('of two matches whose attributes are hidden while locked, %s: unlocked, then told apart', async (_, ...found) => {
    const { provider, readText } = await setUpStore(
      {
        locked: true,
        instead: {
          ...finding(...found).instead,
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
  });
});
