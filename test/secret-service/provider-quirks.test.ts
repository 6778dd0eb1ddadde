import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const keepassxc: FakeProviderOptions = { names: ['org.keepassxc.KeePassXC.MainWindow'] };
const kwallet: FakeProviderOptions = { names: ['org.kde.kwalletd5'] };
const collection = '/org/freedesktop/secrets/collection/fake';
const short = { timeoutMs: 500 };

describeStore('each provider in its own ways', 'secret-service', missingSessionBus(), () => {
  describe('KeePassXC that is unlocked, and has a prompt for every change', () => {
    const prompt = '/org/freedesktop/secrets/prompt/p1';
    const prompting: FakeProviderOptions = {
      ...keepassxc,
      instead: {
        CreateItem: () => ({ signature: 'oo', values: ['/', prompt] }),
        Delete: () => ({ signature: 'o', values: [prompt] }),
      },
    };

    test('completes it by itself: a change goes through with nobody there', async () => {
      const { provider, store } = await setUpStore(prompting);
      await store.set(name, textSecret('x'));
      provider.add(exactAttributes, 'kept');
      expect(await store.delete(name)).toBe(true);
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(2);
    });

    test('and asks all the same, to confirm: timed out, and the question is taken back', async () => {
      const { provider, store } = await setUpStore({ ...prompting, user: 'nothing' }, short);
      provider.add(exactAttributes, 'kept');
      await failure(store.delete(name), 'timed-out');
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
    });
  });

  describe('KeePassXC that asks before each access, and so shows its entries locked', () => {
    const asking: FakeProviderOptions = {
      ...keepassxc,
      instead: {
        SearchItems: () => ({ signature: 'aoao', values: [[], [`${collection}/1`]] }),
        Get: ({ fields, body }) =>
          fields.path === `${collection}/1` && body('ss')[1] === 'Locked'
            ? { signature: 'v', values: [['b', true]] }
            : undefined,
      },
    };

    test('says so, and asks nobody, where nobody is there', async () => {
      const { provider, store } = await setUpStore(asking);
      provider.add(exactAttributes, 'kept');
      const operations = [store.get(name), store.set(name, textSecret('x')), store.delete(name), store.list()];
      for (const error of await Promise.all(operations.map((operation) => failure(operation, 'locked')))) {
        const text = 'KeePassXC asks before it lets a program read an entry';
        expect(error.message).toBe(`the Secret Service is locked: ${text}`);
        expect(error.evidence).toEqual({ provider: 'keepassxc', asksEachTime: true, text });
      }
      expect(provider.calls).not.toContain('Unlock');
    });

    test('is usable while there is nothing to ask for, and locked by one entry among others', async () => {
      const { provider, store } = await setUpStore(asking);
      expect(await store.probe()).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
      provider.add(exactAttributes, 'kept');
      provider.add({ service: 'other', username: 'bob' }, 'theirs');
      expect(await store.probe()).toMatchObject({ reason: 'locked', evidence: { asksEachTime: true } });
    });

    test('is asked for that entry where somebody is there', async () => {
      const interaction = { interactive: true, notifyWaiting: () => undefined };
      const { provider, readText } = await setUpStore(asking, { interaction });
      provider.add(exactAttributes, 'kept');
      expect(await readText()).toBe('kept');
      expect(provider.valuesOf('Unlock')).toEqual([[[`${collection}/1`]]]);
    });
  });

  test('KeePassXC that exposes nothing has nothing to list, and keeps nothing', async () => {
    const { store } = await setUpStore({
      ...keepassxc,
      instead: { ReadAlias: () => ({ signature: 'o', values: ['/'] }) },
    });
    expect(await store.list()).toEqual([]);
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'no-collection' });
  });

  test('of KeePassXC’s clients one at a time changes something: two that create the same make one', async () => {
    const { bus, provider, store } = await setUpStore(keepassxc);
    const another = storeOn(bus.environment);
    await Promise.all([store.set(name, textSecret('one')), another.set(name, textSecret('two'))]);
    expect(provider.items.size).toBe(1);
    expect(provider.calls.filter((member) => /^(Create|Set)/.test(member))).toEqual(['CreateItem', 'SetSecret']);
  });

  test('where nobody may own a name, KeePassXC is changed without a turn', async () => {
    const bus = await sessionBus({ unownable: 'org.keystow.Lock' });
    const provider = await fakeProvider(bus, keepassxc);
    const store = storeOn(bus.environment);
    await store.set(name, textSecret('kept'));
    expect(await store.delete(name)).toBe(true);
    expect(provider.calls).toEqual(expect.arrayContaining(['CreateItem', 'Delete']));
  });

  test('all others list what is in any collection, not in the default one alone', async () => {
    const { provider, store } = await setUpStore({
      instead: {
        Get: ({ body }) => (body('ss')[1] === 'Items' ? { signature: 'v', values: [['ao', []]] } : undefined),
      },
    });
    provider.add(exactAttributes, 'kept');
    expect(await store.list()).toEqual([name]);
  });

  describe.each(['/modules/kwalletd5', '/modules/kwalletd6'])('KWallet at %s, which says that it is locked', (path) => {
    const says = (isOpen: boolean): FakeProviderOptions => ({
      ...kwallet,
      locked: true,
      instead: {
        isOpen: (call) =>
          call.fields.path === path ? { signature: 'b', values: [call.body('s')[0] === 'fake' && isOpen] } : undefined,
      },
    });

    test('and is open: unlocked first, which asks nobody, and gives the secret', async () => {
      const waiting = vi.fn();
      const { provider, readText } = await setUpStore(says(true), {
        interaction: { interactive: false, notifyWaiting: waiting },
      });
      provider.add(exactAttributes, 'kept');
      expect(await readText()).toBe('kept');
      expect(provider.calls.indexOf('Unlock')).toBeLessThan(provider.calls.indexOf('SearchItems'));
      expect(provider.valuesOf('Unlock')).toEqual([[[collection]]]);
      expect(waiting).not.toHaveBeenCalled();
    });

    test('and is open, and asks all the same: timed out, and the question is taken back', async () => {
      const { provider, store } = await setUpStore({ ...says(true), user: 'nothing' }, short);
      await failure(store.get(name), 'timed-out');
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
    });

    test('and is closed: locked', async () => {
      const { provider, store } = await setUpStore(says(false));
      provider.add(exactAttributes, 'kept');
      await failure(store.get(name), 'locked');
      expect(provider.calls).not.toContain('Unlock');
    });
  });

  test('no other is asked KWallet’s own question', async () => {
    const { provider, store } = await setUpStore({ locked: true });
    await failure(store.get(name), 'locked');
    expect(provider.calls).not.toContain('isOpen');
  });
});
