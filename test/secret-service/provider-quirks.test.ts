import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import type { FakeProvider, FakeProviderOptions } from '../faults/fake-provider.ts';
import { advanceUntilSettled, eventually, stopTimers } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { limitMs, storeOn } from './stores.ts';

const keepassxc: FakeProviderOptions = { names: ['org.keepassxc.KeePassXC.MainWindow'] };
const kwallet: FakeProviderOptions = { names: ['org.kde.kwalletd5'] };
const collection = '/org/freedesktop/secrets/collection/fake';

/** Expects that an operation times out while a prompt is open. */
async function expectTimeoutInPrompt(provider: FakeProvider, operate: () => Promise<unknown>): Promise<void> {
  stopTimers();
  const late = failure(operate(), 'timed-out');
  await eventually(() => expect(provider.calls).toContain('Prompt'));
  await advanceUntilSettled(late, limitMs);
  vi.useRealTimers();
}

describeStore('the quirks of the providers', 'secret-service', missingSessionBus(), () => {
  describe('KeePassXC, unlocked, which returns a prompt for every change', () => {
    const prompt = '/org/freedesktop/secrets/prompt/p1';
    const prompting: FakeProviderOptions = {
      ...keepassxc,
      instead: {
        CreateItem: () => ({ signature: 'oo', values: ['/', prompt] }),
        Delete: () => ({ signature: 'o', values: [prompt] }),
      },
    };

    test('completes the prompt without the user: a non-interactive change succeeds', async () => {
      const { provider, store } = await setUpStore(prompting);
      await store.set(name, textSecret('x'));
      provider.add(exactAttributes, 'kept');
      expect(await store.delete(name)).toBe(true);
      expect(provider.calls.filter((member) => member === 'Prompt')).toHaveLength(2);
    });

    test('asks for confirmation after all: timed out, and the prompt is dismissed', async () => {
      const { provider, store } = await setUpStore({ ...prompting, user: 'nothing' });
      provider.add(exactAttributes, 'kept');
      await expectTimeoutInPrompt(provider, () => store.delete(name));
      await eventually(() => expect(provider.calls).toContain('Dismiss'));
    });
  });

  describe('KeePassXC that asks before each access, and therefore reports its entries as locked', () => {
    const asksEachTime: FakeProviderOptions = {
      ...keepassxc,
      instead: {
        SearchItems: () => ({ signature: 'aoao', values: [[], [`${collection}/1`]] }),
        Get: ({ fields, body }) =>
          fields.path === `${collection}/1` && body('ss')[1] === 'Locked'
            ? { signature: 'v', values: [['b', true]] }
            : undefined,
      },
    };

    test('is locked without a prompt if non-interactive, and the evidence says why', async () => {
      const { provider, store } = await setUpStore(asksEachTime);
      provider.add(exactAttributes, 'kept');
      const operations = [store.get(name), store.set(name, textSecret('x')), store.delete(name), store.list()];
      for (const error of await Promise.all(operations.map((operation) => failure(operation, 'locked')))) {
        expect(error.evidence).toEqual({ provider: 'keepassxc', asksEachTime: true, text: expect.stringMatching(/./) });
      }
      expect(provider.calls).not.toContain('Unlock');
    });

    test('is usable without entries, and locked as soon as one entry is locked', async () => {
      const { provider, store } = await setUpStore(asksEachTime);
      expect(await store.probe()).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
      provider.add(exactAttributes, 'kept');
      provider.add({ service: 'other', username: 'bob' }, 'theirs');
      expect(await store.probe()).toMatchObject({ reason: 'locked', evidence: { asksEachTime: true } });
    });

    test('is asked to unlock that entry if interactive', async () => {
      const interaction = { interactive: true, notifyWaiting: () => undefined };
      const { provider, readText } = await setUpStore(asksEachTime, { interaction });
      provider.add(exactAttributes, 'kept');
      expect(await readText()).toBe('kept');
      expect(provider.valuesOf('Unlock')).toEqual([[[`${collection}/1`]]]);
    });
  });

  test('KeePassXC without an exposed group, or without an open database, rejects a list as no-collection', async () => {
    const { store } = await setUpStore({
      ...keepassxc,
      instead: { ReadAlias: () => ({ signature: 'o', values: ['/'] }) },
    });
    await failure(store.list(), 'no-collection');
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'no-collection' });
  });

  test('clients change KeePassXC one at a time: two that create the same credential leave one entry', async () => {
    const { bus, provider, store } = await setUpStore(keepassxc);
    const another = storeOn(bus.environment);
    await Promise.all([store.set(name, textSecret('one')), another.set(name, textSecret('two'))]);
    expect(provider.items.size).toBe(1);
    expect(provider.calls.filter((member) => /^(Create|Set)/.test(member))).toEqual(['CreateItem', 'SetSecret']);
  });

  test('if the bus denies the name of the lock, KeePassXC is changed without it', async () => {
    const bus = await sessionBus({ unownable: 'org.keystow.Lock' });
    const provider = await fakeProvider(bus, keepassxc);
    const store = storeOn(bus.environment);
    await store.set(name, textSecret('kept'));
    expect(await store.delete(name)).toBe(true);
    expect(provider.calls).toEqual(expect.arrayContaining(['CreateItem', 'Delete']));
  });

  test('a list of any other provider contains all collections, not only the default one', async () => {
    const { provider, store } = await setUpStore({
      instead: {
        Get: ({ body }) => (body('ss')[1] === 'Items' ? { signature: 'v', values: [['ao', []]] } : undefined),
      },
    });
    provider.add(exactAttributes, 'kept');
    expect(await store.list()).toEqual([name]);
  });

  describe.each(['/modules/kwalletd5', '/modules/kwalletd6'])(
    'KWallet at %s, which reports that it is locked',
    (path) => {
      const reportOpen = (isOpen: boolean): FakeProviderOptions => ({
        ...kwallet,
        locked: true,
        instead: {
          isOpen: (call) =>
            call.fields.path === path
              ? { signature: 'b', values: [call.body('s')[0] === 'fake' && isOpen] }
              : undefined,
        },
      });

      test('but is open: it is unlocked first, without a prompt, and returns the secret', async () => {
        const waiting = vi.fn();
        const { provider, readText } = await setUpStore(reportOpen(true), {
          interaction: { interactive: false, notifyWaiting: waiting },
        });
        provider.add(exactAttributes, 'kept');
        expect(await readText()).toBe('kept');
        expect(provider.calls.indexOf('Unlock')).toBeLessThan(provider.calls.indexOf('SearchItems'));
        expect(provider.valuesOf('Unlock')).toEqual([[[collection]]]);
        expect(waiting).not.toHaveBeenCalled();
      });

      test('and is open, but prompts after all: timed out, and the prompt is dismissed', async () => {
        const { provider, store } = await setUpStore({ ...reportOpen(true), user: 'nothing' });
        await expectTimeoutInPrompt(provider, () => store.get(name));
        await eventually(() => expect(provider.calls).toContain('Dismiss'));
      });

      test('and is closed: locked', async () => {
        const { provider, store } = await setUpStore(reportOpen(false));
        provider.add(exactAttributes, 'kept');
        await failure(store.get(name), 'locked');
        expect(provider.calls).not.toContain('Unlock');
      });
    },
  );

  test('isOpen is only called on KWallet', async () => {
    const { provider, store } = await setUpStore({ locked: true });
    await failure(store.get(name), 'locked');
    expect(provider.calls).not.toContain('isOpen');
  });
});
