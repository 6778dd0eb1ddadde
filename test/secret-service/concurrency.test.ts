import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { fakeProvider, programs, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

describeStore('changes between the search and the next call', 'secret-service', missingSessionBus(), () => {
  const vanished = [
    'org.freedesktop.DBus.Error.UnknownObject',
    'org.freedesktop.DBus.Error.UnknownMethod',
    'org.freedesktop.DBus.Error.UnknownInterface',
    'org.freedesktop.Secret.Error.NoSuchObject',
  ];

  /** Calls `first` and fails, `times` times. */
  function failTimes(errorName: string, times: number, first: () => void = () => undefined) {
    let remaining = times;
    return () => {
      if (remaining === 0) return undefined;
      remaining -= 1;
      first();
      return { errorName, signature: 's', values: ['gone'] };
    };
  }

  test.each([...vanished, 'org.freedesktop.Secret.Error.NoSession'])(
    'after %s the operation is retried',
    async (errorName) => {
      const { provider, store, readText } = await setUpStore({
        instead: {
          GetSecret: failTimes(errorName, 1),
          SetSecret: failTimes(errorName, 1),
          Delete: failTimes(errorName, 1),
        },
      });
      provider.add(exactAttributes, 'kept');
      expect(await readText()).toBe('kept');
      await store.set(name, textSecret('new'));
      expect(await readText()).toBe('new');
      expect(await store.delete(name)).toBe(true);
      expect(provider.items.size).toBe(0);
    },
  );

  test('a credential that another client deletes during a get is absent; during a delete it counts as deleted', async () => {
    const { provider, store } = await setUpStore({
      instead: {
        GetSecret: failTimes('org.freedesktop.DBus.Error.UnknownObject', 1, () => provider.items.clear()),
        Delete: failTimes('org.freedesktop.DBus.Error.UnknownObject', 1, () => provider.items.clear()),
      },
    });
    provider.add(exactAttributes, 'kept');
    expect(await store.get(name)).toBeUndefined();
    provider.add(exactAttributes, 'kept');
    expect(await store.delete(name)).toBe(true);
    expect(await store.delete(name)).toBe(false);
  });

  test('an error on every attempt is failed', async () => {
    const { provider, store } = await setUpStore({
      instead: { GetSecret: failTimes('org.freedesktop.DBus.Error.UnknownObject', 99) },
    });
    provider.add(exactAttributes, 'kept');
    expect((await failure(store.get(name), 'failed')).evidence).toMatchObject({ text: 'gone' });
    expect(provider.calls.filter((member) => member === 'OpenSession')).toHaveLength(1);
  });

  const ended = 'it ended while it was asked';

  test('a provider that ends during an operation: not running, with its name in the evidence', async () => {
    for (const [names, PATH, evidence] of [
      [['org.gnome.keyring'], '', { provider: 'gnome-keyring', text: ended }],
      [[], programs('keepassxc'), { text: ended }],
      [[], '', { text: ended }],
    ] as const) {
      const bus = await sessionBus();
      const provider = await fakeProvider(bus, { names, instead: { GetSecret: () => 'end' } });
      provider.add(exactAttributes, 'kept');
      const error = await failure(storeOn({ ...bus.environment, PATH }).get(name), 'not-running');
      expect(error.evidence).toEqual(evidence);
      expect(error.cause).toMatchObject({ message: PATH === '' ? 'not-installed' : 'not-running' });
    }
  });

  test('a bus that ends during an operation: not running', async () => {
    const { bus, provider, store } = await setUpStore({ instead: { GetSecret: () => 'silence' } });
    provider.add(exactAttributes, 'kept');
    const failed = failure(store.get(name), 'not-running');
    await eventually(() => expect(provider.calls).toContain('GetSecret'));
    await bus.stop();
    expect((await failed).evidence).toMatchObject({ text: ended });
  });
});
