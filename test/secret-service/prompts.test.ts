import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Interaction } from '../../src/ports/interaction.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { BusPeer } from '../faults/bus-peer.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { eventually } from '../support/eventually.ts';
import { missing } from '../support/gnome-keyring.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const name = { service: 'demo', account: 'alice' };
const attributes = { service: 'demo', username: 'alice' };

async function locked(options: FakeProviderOptions & { readonly interactive?: boolean; readonly timeoutMs?: number }) {
  const bus = await sessionBus();
  const provider = await fakeProvider(bus, { locked: true, ...options });
  const waiting = vi.fn<Interaction['notifyWaiting']>();
  const interaction = { interactive: options.interactive ?? false, notifyWaiting: waiting };
  const store = storeOn(bus.environment, { interaction, timeoutMs: options.timeoutMs ?? 10_000 });
  return { bus, provider, waiting, store };
}

describeStore('a locked provider', 'secret-service', missing(), () => {
  describe('with nobody there', () => {
    test.each([
      ['org.gnome.keyring'],
      ['org.kde.kwalletd5'],
      ['org.keepassxc.KeePassXC.MainWindow'],
      ['org.example.another'],
    ])('[SS16] %s is locked at once for every operation, and nobody is asked', async (owned) => {
      const { provider, store, waiting } = await locked({ names: [owned] });
      provider.add(attributes, 'kept');
      await failure(store.get(name), 'locked');
      await failure(store.set(name, textSecret('new')), 'locked');
      await failure(store.delete(name), 'locked');
      await failure(store.list(), 'locked');
      await failure(store.get({ ...name, account: 'nobody' }), 'locked');
      expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
      expect(provider.calls).not.toContain('Unlock');
      expect(provider.calls).not.toContain('Prompt');
      expect(waiting).not.toHaveBeenCalled();
      expect(provider.items.size).toBe(1);
    });

    test('KeePassXC is not searched, because that would make it ask', async () => {
      const { provider, store } = await locked({ names: ['org.keepassxc.KeePassXC.MainWindow'] });
      await failure(store.get(name), 'locked');
      expect(provider.calls).not.toContain('SearchItems');
    });

    test.each(['CreateItem', 'Delete'])('a prompt that %s comes with is taken back', async (member) => {
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

  describe('with somebody there', () => {
    test('who agrees: the operation goes on, having said once that it waits', async () => {
      const { provider, store, waiting } = await locked({ interactive: true, user: 'agrees', thinksMs: 400 });
      provider.add(attributes, 'kept');
      expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('kept');
      expect(waiting.mock.calls).toEqual([['Secret Service']]);
    });

    test('whom a prompt does not ask, because the provider completes it: nothing is said', async () => {
      const { provider, store, waiting } = await locked({ interactive: true, user: 'agrees' });
      provider.add(attributes, 'kept');
      expect(await store.get(name)).toBeDefined();
      expect(waiting).not.toHaveBeenCalled();
    });

    test('who agrees: what is absent then is certainly absent', async () => {
      const { store } = await locked({ interactive: true, user: 'agrees' });
      expect(await store.get(name)).toBeUndefined();
    });

    test('who dismisses: locked', async () => {
      const { provider, store } = await locked({ interactive: true, user: 'dismisses' });
      provider.add(attributes, 'kept');
      const error = await failure(store.get(name), 'locked');
      expect(error.message).toBe('the Secret Service is locked: the prompt was dismissed');
      expect(error.evidence).toEqual({ dismissed: true, text: 'the prompt was dismissed' });
      expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
    });

    test('whose answer is the provider’s to tell, of that question: nothing else is one', async () => {
      let client = '';
      const { bus, provider, store } = await locked({
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
      const liar = new BusPeer(bus, () => undefined);
      onTestFinished(() => liar.leave());
      await liar.own([]);
      const completed = {
        destination: client,
        path: '/org/freedesktop/secrets/prompt/p1',
        ...{ interface: 'org.freedesktop.Secret.Prompt', member: 'Completed', signature: 'bv' },
      };
      const dismissed = [true, ['s', '']];
      const gone = { path: '/', interface: 'org.freedesktop.DBus', member: 'NameOwnerChanged', signature: 'sss' };
      liar.signal(completed, dismissed);
      liar.signal({ destination: client, ...gone }, [':1.0', ':1.0', '']);
      // Once the bus has answered this, it has passed on what came before.
      await liar.own(['org.example.Liar']);
      provider.signal({ ...completed, path: '/org/freedesktop/secrets/prompt/p2' }, dismissed);
      provider.signal({ ...completed, member: 'Asked' }, dismissed);
      provider.answer();
      expect(Buffer.from((await result)?.expose() ?? []).toString()).toBe('kept');
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(1);
    });

    test('who agrees that a sentinel is made: what the prompt says was made is deleted', async () => {
      const made = '/org/freedesktop/secrets/collection/fake/1';
      const { provider, store } = await locked({
        ...{ interactive: true, user: 'agrees', locked: false },
        instead: {
          CreateItem: (call) => {
            const [properties] = call.body('a{sv}(oayays)b') as [[string, [string, [string, string][]]][]];
            provider.add(Object.fromEntries(properties[1]?.[1][1] ?? []), 'kept');
            return { signature: 'oo', values: ['/', '/org/freedesktop/secrets/prompt/p1'] };
          },
        },
        result: () => ['o', made],
      });
      await store.probe();
      expect(provider.items.size).toBe(0);
    });

    test('[SS17] who takes longer than the limit: it waits', async () => {
      const { provider, store } = await locked({ interactive: true, timeoutMs: 500, user: 'nothing' });
      provider.add(attributes, 'kept');
      const result = store.get(name);
      await wait(1_000);
      expect(provider.calls).not.toContain('Dismiss');
      provider.answer();
      expect(await result).toBeDefined();
    });

    test('who has answered: from then on the limit counts, and nothing is said any more', async () => {
      const { provider, store, waiting } = await locked({
        interactive: true,
        timeoutMs: 1_000,
        instead: { GetSecret: () => 'silence' },
      });
      provider.add(attributes, 'kept');
      await failure(store.get(name), 'timed-out');
      expect(provider.calls).toContain('GetSecret');
      expect(waiting).not.toHaveBeenCalled();
    });

    test('who has answered: of the limit there is left what there was before', async () => {
      const { provider, store } = await locked({ interactive: true, timeoutMs: 500, lateMs: 120 });
      provider.add(attributes, 'kept');
      await failure(store.get(name), 'timed-out');
    });

    test('who is asked twice is told once that it waits', async () => {
      const Unlock = () => ({ signature: 'aoo', values: [[], '/org/freedesktop/secrets/prompt/p1'] });
      const found = { signature: 'aoao', values: [[], ['/org/freedesktop/secrets/collection/fake/1']] };
      const { provider, store, waiting } = await locked({
        ...{ interactive: true, user: 'agrees', thinksMs: 300, names: ['org.keepassxc.KeePassXC.MainWindow'] },
        instead: { Unlock, SearchItems: () => found },
      });
      provider.add(attributes, 'kept');
      expect(await store.get(name)).toBeDefined();
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(2);
      expect(waiting).toHaveBeenCalledTimes(1);
    });

    test('who is called off: cancelled, and the question is taken back', async () => {
      const { provider, store } = await locked({ interactive: true, user: 'nothing' });
      const calledOff = new AbortController();
      const result = store.get(name, { signal: calledOff.signal });
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      calledOff.abort();
      await failure(result, 'cancelled');
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
    });

    test('a provider that ends while it asks is no longer waited for', async () => {
      const { provider, store } = await locked({ interactive: true, user: 'nothing' });
      const result = store.get(name);
      await eventually(() => expect(provider.calls).toContain('Prompt'));
      await provider.stop();
      await failure(result, 'not-running');
    });
  });
});
