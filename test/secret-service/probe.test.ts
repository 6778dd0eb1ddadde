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

async function setUpProbe(options: FakeProviderOptions = {}, timeoutMs = 60_000) {
  const bus = await sessionBus();
  const provider = await fakeProvider(bus, options);
  return { provider, store: storeOn(bus.environment, { timeoutMs }) };
}

describeStore('the probe of a provider', 'secret-service', missingSessionBus(), () => {
  test('[SS13] writes one sentinel under the given service, reads it back and deletes it', async () => {
    let written: unknown;
    const { provider, store } = await setUpProbe({
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

  test('a provider that fails the first call of a new client, as gnome-keyring may: usable', async () => {
    const noCollection = { signature: 'o', values: ['/'] };
    const { store } = await setUpProbe({
      misbehaves: (count, { fields }) => {
        if (count > 1) return undefined;
        return fields.member === 'ReadAlias' ? noCollection : 'end';
      },
    });
    expect(await store.probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
  });

  test('[SS14] a provider that returns a different secret: round-trip-mismatch, and the sentinel is gone', async () => {
    const other = ['/', new Uint8Array(), new TextEncoder().encode('another'), 'text/plain'];
    const { provider, store } = await setUpProbe({
      instead: { GetSecret: () => ({ signature: '(oayays)', values: [other] }) },
    });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(provider.items.size).toBe(0);
  });

  test('[SS15] a provider that returns no secret: round-trip-mismatch, and the sentinel is gone', async () => {
    const { provider, store } = await setUpProbe({
      instead: { SearchItems: () => ({ signature: 'aoao', values: [[], []] }) },
    });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(provider.items.size).toBe(0);
  });

  test('a provider that fails to read: failed, with its message on one line, and the sentinel is gone', async () => {
    const { provider, store } = await setUpProbe({
      instead: { GetSecret: () => error('org.example.Broken', 'the\ndisk\tis on fire') },
    });
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'failed',
      evidence: { text: 'the disk is on fire' },
    });
    expect(provider.items.size).toBe(0);
  });

  test('a provider that stops answering during a probe: timed out, and the sentinel is gone', async () => {
    const { provider, store } = await setUpProbe({ instead: { GetSecret: () => 'silence' } }, 2_000);
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    await eventually(() => expect(provider.items.size).toBe(0));
  });

  test('a probe that is cancelled: cancelled, and the sentinel is gone', async () => {
    const { provider, store } = await setUpProbe({ instead: { GetSecret: () => 'silence' } });
    const controller = new AbortController();
    const result = store.probe({ signal: controller.signal });
    await eventually(() => expect(provider.calls).toContain('GetSecret'));
    controller.abort();
    await failure(result, 'cancelled');
    await eventually(() => expect(provider.items.size).toBe(0));
  });

  test('a default collection in memory: usable until logout', async () => {
    const { store } = await setUpProbe({
      instead: { ReadAlias: () => ({ signature: 'o', values: ['/org/freedesktop/secrets/collection/session'] }) },
    });
    expect(await store.probe()).toMatchObject({ kind: 'usable', persistence: 'until-logout' });
  });

  test('KeePassXC, unlocked: usable, and nothing is written, because it would end up in the recycle bin', async () => {
    const { provider, store } = await setUpProbe({ names: keepassxc });
    provider.add({ service: 'other', username: 'bob' }, 'theirs');
    expect(await store.probe()).toMatchObject({ kind: 'usable', evidence: { provider: 'keepassxc' } });
    expect(provider.calls).not.toContain('CreateItem');
  });

  test('KeePassXC that asks before each access, and therefore reports its entries as locked: locked, and nothing is written', async () => {
    const { provider, store } = await setUpProbe({
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
    ['org.example.Unknown', 'failed'],
  ])('the error %s is reported as %s', async (errorName, reason) => {
    const { store } = await setUpProbe({ instead: { CreateItem: () => error(errorName, 'words') } });
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason, evidence: { text: 'words' } });
  });

  test('a property with the wrong type: failed, with the name of the property', async () => {
    const { store } = await setUpProbe({ instead: { Get: () => ({ signature: 'v', values: [['s', 'no']] }) } });
    const evidence = { text: 'Locked is of type "s"' };
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'failed', evidence });
  });

  test('a reply with the wrong type: failed', async () => {
    const { store } = await setUpProbe({ instead: { ReadAlias: () => ({ signature: 's', values: ['/'] }) } });
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'failed' });
  });
});
