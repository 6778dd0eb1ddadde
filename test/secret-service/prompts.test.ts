import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Interaction } from '../../src/ports/interaction.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { BusPeer } from '../faults/bus-peer.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { advanceUntilSettled, eventually, stopTimers } from '../support/eventually.ts';
import { missing } from '../support/gnome-keyring.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { limitMs, storeOn } from './stores.ts';

const name = { service: 'demo', account: 'alice' };
const attributes = { service: 'demo', username: 'alice' };

async function setUpLocked(
  options: FakeProviderOptions & { readonly interactive?: boolean; readonly timeoutMs?: number },
) {
  const bus = await sessionBus();
  const provider = await fakeProvider(bus, { locked: true, ...options });
  const waiting = vi.fn<Interaction['notifyWaiting']>();
  const interaction = { interactive: options.interactive ?? false, notifyWaiting: waiting };
  const store = storeOn(bus.environment, { interaction, timeoutMs: options.timeoutMs ?? limitMs });
  return { bus, provider, waiting, store };
}

describeStore('a locked provider', 'secret-service', missing(), () => {
  describe('if non-interactive', () => {
    test.each([
      ['org.gnome.keyring'],
      ['org.kde.kwalletd5'],
      ['org.keepassxc.KeePassXC.MainWindow'],
      ['org.example.another'],
    ])('[SS16] %s is locked for every operation, promptly and without a prompt', async (owned) => {
      const { provider, store, waiting } = await setUpLocked({ names: [owned] });
      provider.add(attributes, 'kept');
      await failure(store.get(name), 'locked');
      await failure(store.set(name, textSecret('new')), 'locked');
      await failure(store.delete(name), 'locked');
      await failure(store.list(), 'locked');
      await failure(store.get({ ...name, account: 'missing' }), 'locked');
      expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
      expect(provider.calls).not.toContain('Unlock');
      expect(provider.calls).not.toContain('Prompt');
      expect(waiting).not.toHaveBeenCalled();
      expect(provider.items.size).toBe(1);
    });

    test('KeePassXC is not searched, because a search would show a prompt', async () => {
      const { provider, store } = await setUpLocked({ names: ['org.keepassxc.KeePassXC.MainWindow'] });
      await failure(store.get(name), 'locked');
      expect(provider.calls).not.toContain('SearchItems');
    });

    test.each(['CreateItem', 'Delete'])('a prompt that %s returns is dismissed', async (member) => {
      const bus = await sessionBus();
      const prompt = '/org/freedesktop/secrets/prompt/p9';
      const answer =
        member === 'Delete' ? { signature: 'o', values: [prompt] } : { signature: 'oo', values: ['/', prompt] };
      const provider = await fakeProvider(bus, { instead: { [member]: () => answer } });
      const store = storeOn(bus.environment);
      if (member === 'Delete') provider.add(attributes, 'kept');
      await failure(member === 'Delete' ? store.delete(name) : store.set(name, textSecret('x')), 'locked');
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
      expect(provider.calls).not.toContain('Prompt');
    });
  });

  describe('if interactive', () => {
    test('a user who unlocks is notified once of the wait, and the operation continues', async () => {
      const { provider, store, waiting } = await setUpLocked({ interactive: true, user: 'agrees', thinksMs: 400 });
      provider.add(attributes, 'kept');
      expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('kept');
      expect(waiting.mock.calls).toEqual([['Secret Service']]);
    });

    test('no notice is shown if the provider completes the prompt itself, within 150 ms', async () => {
      const { provider, store, waiting } = await setUpLocked({ interactive: true, user: 'nothing' });
      provider.add(attributes, 'kept');
      stopTimers();
      const result = store.get(name);
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      vi.advanceTimersByTime(149);
      provider.answer();
      expect(await result).toBeDefined();
      vi.advanceTimersByTime(limitMs);
      expect(waiting).not.toHaveBeenCalled();
    });

    test('a credential that is not found after unlocking is absent', async () => {
      const { store } = await setUpLocked({ interactive: true, user: 'agrees' });
      expect(await store.get(name)).toBeUndefined();
    });

    test('a dismissed prompt: locked', async () => {
      const { provider, store } = await setUpLocked({ interactive: true, user: 'dismisses' });
      provider.add(attributes, 'kept');
      const error = await failure(store.get(name), 'locked');
      expect(error.evidence).toMatchObject({ dismissed: true });
      expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
    });

    test('only a signal of the provider about this prompt completes it', async () => {
      let client = '';
      const { bus, provider, store } = await setUpLocked({
        ...{ interactive: true, user: 'nothing' },
        instead: {
          Prompt: ({ fields }) => {
            client = `${fields.sender}`;
            return undefined;
          },
        },
      });
      provider.add(attributes, 'kept');
      const result = store.get(name);
      await eventually(() => expect(client).not.toBe(''));
      const impostor = new BusPeer(bus, () => undefined);
      onTestFinished(() => impostor.leave());
      await impostor.own([]);
      const completed = {
        destination: client,
        path: '/org/freedesktop/secrets/prompt/p1',
        ...{ interface: 'org.freedesktop.Secret.Prompt', member: 'Completed', signature: 'bv' },
      };
      const dismissed = [true, ['s', '']];
      const ownerChanged = {
        path: '/',
        interface: 'org.freedesktop.DBus',
        member: 'NameOwnerChanged',
        signature: 'sss',
      };
      impostor.signal(completed, dismissed);
      impostor.signal({ destination: client, ...ownerChanged }, [':1.0', ':1.0', '']);
      // When the bus has answered this call, it has delivered the signals before it.
      await impostor.own(['org.example.Impostor']);
      provider.signal({ ...completed, path: '/org/freedesktop/secrets/prompt/p2' }, dismissed);
      provider.signal({ ...completed, member: 'Asked' }, dismissed);
      provider.answer();
      expect(Buffer.from((await result)?.expose() ?? []).toString()).toBe('kept');
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(1);
    });

    test('a sentinel that is created through a prompt is deleted', async () => {
      const created = '/org/freedesktop/secrets/collection/fake/1';
      const { provider, store } = await setUpLocked({
        ...{ interactive: true, user: 'agrees', locked: false },
        instead: {
          CreateItem: (call) => {
            const [properties] = call.body('a{sv}(oayays)b') as [[string, [string, [string, string][]]][]];
            provider.add(Object.fromEntries(properties[1]?.[1][1] ?? []), 'kept');
            return { signature: 'oo', values: ['/', '/org/freedesktop/secrets/prompt/p1'] };
          },
        },
        result: () => ['o', created],
      });
      await store.probe();
      expect(provider.items.size).toBe(0);
    });

    test('[SS17] waits for a user who takes longer than the limit', async () => {
      const { provider, store } = await setUpLocked({ interactive: true, user: 'nothing' });
      provider.add(attributes, 'kept');
      stopTimers();
      const result = store.get(name);
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      vi.advanceTimersByTime(2 * limitMs);
      expect(provider.calls).not.toContain('Dismiss');
      provider.answer();
      expect(await result).toBeDefined();
    });

    test('after the user has answered, the limit applies again, and no notice is shown', async () => {
      const { provider, store, waiting } = await setUpLocked({
        interactive: true,
        user: 'nothing',
        instead: { GetSecret: () => 'silence' },
      });
      provider.add(attributes, 'kept');
      stopTimers();
      const late = failure(store.get(name), 'timed-out');
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      provider.answer();
      await eventually(() => expect(provider.calls).toContain('GetSecret'));
      await advanceUntilSettled(late, limitMs);
      expect(waiting).not.toHaveBeenCalled();
    });

    test('after the user has answered, the limit starts again', async () => {
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const { provider, store } = await setUpLocked({
        interactive: true,
        user: 'nothing',
        until: async ({ fields }) => fields.member === 'GetSecret' && opened,
      });
      provider.add(attributes, 'kept');
      stopTimers();
      const result = store.get(name);
      vi.advanceTimersByTime(limitMs * 0.9);
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      provider.answer();
      await eventually(() => expect(provider.calls).toContain('GetSecret'));
      vi.advanceTimersByTime(limitMs * 0.9);
      open();
      expect(await result).toBeDefined();
    });

    test('a user who is prompted twice is notified once', async () => {
      const Unlock = () => ({ signature: 'aoo', values: [[], '/org/freedesktop/secrets/prompt/p1'] });
      const found = { signature: 'aoao', values: [[], ['/org/freedesktop/secrets/collection/fake/1']] };
      const { provider, store, waiting } = await setUpLocked({
        ...{ interactive: true, user: 'agrees', thinksMs: 300, names: ['org.keepassxc.KeePassXC.MainWindow'] },
        instead: { Unlock, SearchItems: () => found },
      });
      provider.add(attributes, 'kept');
      expect(await store.get(name)).toBeDefined();
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(2);
      expect(waiting).toHaveBeenCalledTimes(1);
    });

    test('cancelling during a prompt: cancelled, and the prompt is dismissed', async () => {
      const { provider, store } = await setUpLocked({ interactive: true, user: 'nothing' });
      const controller = new AbortController();
      const result = store.get(name, { signal: controller.signal });
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      controller.abort();
      await failure(result, 'cancelled');
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
    });

    test('a provider that ends during a prompt: not running', async () => {
      const { provider, store } = await setUpLocked({ interactive: true, user: 'nothing' });
      const result = store.get(name);
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      await provider.stop();
      await failure(result, 'not-running');
    });
  });
});
