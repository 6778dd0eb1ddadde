import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { sentinelService, storeOn } from './stores.ts';

const error = (errorName: string, text: string) => ({ errorName, signature: 's', values: [text] });
const keepassxc = ['org.keepassxc.KeePassXC.MainWindow'];

async function probing(options: FakeProviderOptions = {}) {
  const bus = await sessionBus();
  const provider = await fakeProvider(bus, options);
  return { provider, store: storeOn(bus.environment, { timeoutMs: 500 }) };
}

describeStore('the probe of a provider', 'secret-service', missingSessionBus(), () => {
  test('[SS13] writes one sentinel under the service it is given, reads it back and deletes it', async () => {
    let written: unknown;
    const { provider, store } = await probing({
      instead: {
        GetSecret: () => {
          written = [...provider.items.values()].map(({ attributes }) => Object.fromEntries(attributes));
          return undefined;
        },
      },
    });
    expect(await store.probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
    expect(written).toEqual([{ service: sentinelService, username: expect.stringMatching(/^probe-[0-9a-f]{32}$/) }]);
    expect(provider.items.size).toBe(0);
  });

  test('a provider that handles the first call of a client before it knows the client, as gnome-keyring may: usable', async () => {
    const noCollection = { signature: 'o', values: ['/'] };
    const { store } = await probing({
      misbehaves: (count, { fields }) => {
        if (count > 1) return undefined;
        return fields.member === 'ReadAlias' ? noCollection : 'end';
      },
    });
    expect(await store.probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
  });

  test('[SS14] a provider that gives back another secret: round-trip-mismatch, and nothing stays', async () => {
    const other = ['/', new Uint8Array(), new TextEncoder().encode('another'), 'text/plain'];
    const { provider, store } = await probing({
      instead: { GetSecret: () => ({ signature: '(oayays)', values: [other] }) },
    });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(provider.items.size).toBe(0);
  });

  test('[SS15] a provider that gives nothing back: round-trip-mismatch, and nothing stays', async () => {
    const { provider, store } = await probing({
      instead: { SearchItems: () => ({ signature: 'aoao', values: [[], []] }) },
    });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(provider.items.size).toBe(0);
  });

  test('a provider that fails to read: failed, with its words in one line, and nothing stays', async () => {
    const { provider, store } = await probing({
      instead: { GetSecret: () => error('org.example.Broken', 'the\ndisk\tis on fire') },
    });
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'failed',
      evidence: { text: 'the disk is on fire' },
    });
    expect(provider.items.size).toBe(0);
  });

  test('a provider that goes silent half-way: timed out, and nothing stays', async () => {
    const { provider, store } = await probing({ instead: { GetSecret: () => 'silence' } });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    await eventually(() => expect(provider.items.size).toBe(0));
  });

  test('called off half-way: cancelled, and nothing stays', async () => {
    const { provider, store } = await probing({ instead: { GetSecret: () => 'silence' } });
    const calledOff = new AbortController();
    const result = store.probe({ signal: calledOff.signal });
    await eventually(() => expect(provider.calls).toContain('GetSecret'));
    calledOff.abort();
    await failure(result, 'cancelled');
    await eventually(() => expect(provider.items.size).toBe(0));
  });

  test('a default collection that is in memory: usable, until logout', async () => {
    const { store } = await probing({
      instead: { ReadAlias: () => ({ signature: 'o', values: ['/org/freedesktop/secrets/collection/session'] }) },
    });
    expect(await store.probe()).toMatchObject({ kind: 'usable', persistence: 'until-logout' });
  });

  test('KeePassXC, unlocked: usable, and nothing is written, for its recycle bin would keep it', async () => {
    const { provider, store } = await probing({ names: keepassxc });
    provider.add({ service: 'other', username: 'bob' }, 'theirs');
    expect(await store.probe()).toMatchObject({ kind: 'usable', evidence: { provider: 'keepassxc' } });
    expect(provider.calls).not.toContain('CreateItem');
  });

  test('KeePassXC that confirms each access, and so shows its entries locked: locked, and nothing is written', async () => {
    const { provider, store } = await probing({
      names: keepassxc,
      instead: {
        Get: (call) => {
          const [, name] = call.body('ss');
          const isEntry = /\/\d+$/.test(call.fields.path ?? '');
          return isEntry && name === 'Locked' ? { signature: 'v', values: [['b', true]] } : undefined;
        },
      },
    });
    provider.add({ service: 'other', username: 'bob' }, 'theirs');
    expect(await store.probe()).toMatchObject({
      kind: 'service-failure',
      reason: 'locked',
      evidence: { provider: 'keepassxc' },
    });
    expect(provider.calls).not.toContain('CreateItem');
  });

  test.each([
    ['org.freedesktop.DBus.Error.AccessDenied', 'denied'],
    ['org.freedesktop.Secret.Error.IsLocked', 'locked'],
    ['org.freedesktop.DBus.Error.TimedOut', 'timed-out'],
    ['org.freedesktop.DBus.Error.LimitsExceeded', 'failed'],
    ['org.example.Unheard.Of', 'failed'],
  ])('an error %s is %s', async (errorName, reason) => {
    const { store } = await probing({ instead: { CreateItem: () => error(errorName, 'words') } });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason, evidence: { text: 'words' } });
  });

  test('a property of another type than the specification’s is failed, and named', async () => {
    const { store } = await probing({ instead: { Get: () => ({ signature: 'v', values: [['s', 'no']] }) } });
    const evidence = { text: 'Locked is of type "s"' };
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'failed', evidence });
  });

  test('an answer of another type than the specification’s is failed', async () => {
    const { store } = await probing({ instead: { ReadAlias: () => ({ signature: 's', values: ['/'] }) } });
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'failed' });
  });
});
