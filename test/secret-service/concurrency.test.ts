import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { fakeProvider, programs, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

describeStore('another client between the search and what follows', 'secret-service', missingSessionBus(), () => {
  const vanished = [
    'org.freedesktop.DBus.Error.UnknownObject',
    'org.freedesktop.DBus.Error.UnknownMethod',
    'org.freedesktop.DBus.Error.UnknownInterface',
    'org.freedesktop.Secret.Error.NoSuchObject',
  ];

  /** Fails a method `times` times, having let `first` happen. */
  function failing(errorName: string, times: number, first: () => void = () => undefined) {
    let left = times;
    return () => {
      if (left === 0) return undefined;
      left -= 1;
      first();
      return { errorName, signature: 's', values: ['gone'] };
    };
  }

  test.each([...vanished, 'org.freedesktop.Secret.Error.NoSession'])(
    'after %s the operation starts again',
    async (errorName) => {
      const { provider, store, readText } = await setUpStore({
        instead: { GetSecret: failing(errorName, 1), SetSecret: failing(errorName, 1), Delete: failing(errorName, 1) },
      });
      provider.add(exactAttributes, 'kept');
      expect(await readText()).toBe('kept');
      await store.set(name, textSecret('new'));
      expect(await readText()).toBe('new');
      expect(await store.delete(name)).toBe(true);
      expect(provider.items.size).toBe(0);
    },
  );

  test('what another client deleted meanwhile is absent; deleted with it, it counts as deleted', async () => {
    const { provider, store } = await setUpStore({
      instead: {
        GetSecret: failing('org.freedesktop.DBus.Error.UnknownObject', 1, () => provider.items.clear()),
        Delete: failing('org.freedesktop.DBus.Error.UnknownObject', 1, () => provider.items.clear()),
      },
    });
    provider.add(exactAttributes, 'kept');
    expect(await store.get(name)).toBeUndefined();
    provider.add(exactAttributes, 'kept');
    expect(await store.delete(name)).toBe(true);
    expect(await store.delete(name)).toBe(false);
  });

  test('what goes wrong every time is failed', async () => {
    const { provider, store } = await setUpStore({
      instead: { GetSecret: failing('org.freedesktop.DBus.Error.UnknownObject', 99) },
    });
    provider.add(exactAttributes, 'kept');
    expect((await failure(store.get(name), 'failed')).message).toContain('gone');
    expect(provider.calls.filter((member) => member === 'OpenSession')).toHaveLength(1);
  });

  const ended = 'it ended while it was asked';

  test('the provider ends, and is not there any more: not running, and which it was', async () => {
    for (const [names, PATH, evidence] of [
      [['org.gnome.keyring'], '', { provider: 'gnome-keyring', text: ended }],
      [[], programs('keepassxc'), { text: ended }],
      [[], '', { text: ended }],
    ] as const) {
      const bus = await sessionBus();
      const provider = await fakeProvider(bus, { names, instead: { GetSecret: () => 'end' } });
      provider.add(exactAttributes, 'kept');
      const error = await failure(storeOn({ ...bus.environment, PATH }).get(name), 'not-running');
      expect(error.message).toBe(`the Secret Service is not running: ${ended}`);
      expect(error.evidence).toEqual(evidence);
      expect(error.cause).toMatchObject({ message: PATH === '' ? 'not-installed' : 'not-running' });
    }
  });

  test('the bus ends, with all that is on it: not running, for it was there', async () => {
    const { bus, provider, store } = await setUpStore({ instead: { GetSecret: () => 'silence' } });
    provider.add(exactAttributes, 'kept');
    const failed = failure(store.get(name), 'not-running');
    await eventually(() => expect(provider.calls).toContain('GetSecret'));
    await bus.stop();
    expect((await failed).message).toBe(`the Secret Service is not running: ${ended}`);
  });
});
