import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

describeStore('which item is the credential', 'secret-service', missingSessionBus(), () => {
  test('one that matches alone, whatever else it is', async () => {
    const { provider, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'alone');
    expect(await readText()).toBe('alone');
    // Neither what else it is nor when it was changed is asked.
    expect(provider.valuesOf('Get')).toEqual([['org.freedesktop.Secret.Collection', 'Locked']]);
  });

  test('of several, the one that is nothing else', async () => {
    const { provider, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 9n);
    provider.add(exactAttributes, 'ours', 1n);
    expect(await readText()).toBe('ours');
  });

  test.each(['xdg:schema', 'application'])('the attribute %s makes it nothing else', async (key) => {
    const { provider, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 9n);
    provider.add({ ...exactAttributes, [key]: 'anything' }, 'ours', 1n);
    expect(await readText()).toBe('ours');
  });

  test.each([
    ['gnome-keyring', ['org.gnome.keyring']],
    ['any other provider', []],
  ])('of several that are, over %s, the one modified last', async (_, names) => {
    const { provider, readText } = await setUpStore({ names });
    provider.add(exactAttributes, 'old', 1n);
    provider.add({ ...exactAttributes, application: 'Python keyring library' }, 'new', 3n);
    provider.add({ ...exactAttributes, 'xdg:schema': 'org.freedesktop.Secret.Generic' }, 'older', 2n);
    expect(await readText()).toBe('new');
  });

  test('of several in gnome-keyring, some of them locked, the one that is nothing else and modified last', async () => {
    const [old, latest, foreign] = [1, 2, 3].map((count) => `/org/freedesktop/secrets/collection/fake/${count}`);
    const { provider, readText } = await setUpStore({
      names: ['org.gnome.keyring'],
      instead: { SearchItems: () => ({ signature: 'aoao', values: [[`${old}`, `${latest}`], [`${foreign}`]] }) },
    });
    provider.add(exactAttributes, 'old', 1n);
    provider.add(exactAttributes, 'new', 2n);
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 3n);
    expect(await readText()).toBe('new');
  });

  test('several modified at the same time: ambiguous to read, while writing settles it', async () => {
    const { provider, store, readText } = await setUpStore();
    provider.add(exactAttributes, 'one', 1n);
    provider.add({ ...exactAttributes, application: 'x' }, 'two', 1n);
    await failure(store.get(name), 'ambiguous');
    await store.set(name, textSecret('new'));
    expect(provider.items.size).toBe(1);
    expect(await readText()).toBe('new');
  });

  test('[SS10] several, none of them nothing else: ambiguous, with a hint, and nothing is touched', async () => {
    const { provider, store } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'a' }, 'one', 1n);
    provider.add({ ...exactAttributes, realm: 'b' }, 'two', 2n);
    const operations = [store.get(name), store.set(name, textSecret('x')), store.delete(name)];
    for (const { hint } of await Promise.all(operations.map((operation) => failure(operation, 'ambiguous')))) {
      expect(hint).toContain('secret-tool search');
    }
    expect(provider.calls).not.toContain('SetSecret');
    expect(provider.calls).not.toContain('Delete');
  });

  test('deleting removes every duplicate, and no other item', async () => {
    const { provider, store } = await setUpStore();
    provider.add(exactAttributes, 'one', 1n);
    provider.add({ ...exactAttributes, application: 'x' }, 'two', 1n);
    const foreign = provider.add({ ...exactAttributes, realm: 'a' }, 'foreign');
    expect(await store.delete(name)).toBe(true);
    expect([...provider.items.keys()]).toEqual([foreign]);
  });
});

describeStore('the list', 'secret-service', missingSessionBus(), () => {
  test('names what is a credential and nothing else, sorted, each once', async () => {
    const { provider, store } = await setUpStore();
    provider.add({ service: 'demo', username: 'bob' }, 'x');
    provider.add({ ...exactAttributes, application: 'Python keyring library' }, 'x');
    provider.add(exactAttributes, 'x');
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'x');
    provider.add({ service: 'demo' }, 'x');
    provider.add({ username: 'alice' }, 'x');
    provider.add({ service: 'demo', username: '' }, 'x');
    provider.add({ service: 'demo', username: 'x'.repeat(2_000) }, 'x');
    provider.add({ xdg: 'nothing of the kind' }, 'x');
    provider.add({ service: 'another', username: 'carol' }, 'x');
    expect(await store.list('demo')).toEqual([name, { service: 'demo', account: 'bob' }]);
    expect(await store.list()).toEqual([
      { service: 'another', account: 'carol' },
      name,
      { service: 'demo', account: 'bob' },
    ]);
  });

  test('asks each of however many items there are once', async () => {
    const { provider, store } = await setUpStore();
    const accounts = Array.from({ length: 150 }, (_, index) => `${1_000 + index}`);
    for (const account of accounts) provider.add({ service: 'many', username: account }, 'x');
    expect(await store.list('many')).toEqual(accounts.map((account) => ({ service: 'many', account })));
    expect(provider.valuesOf('Get').filter(([, property]) => property === 'Attributes')).toHaveLength(150);
  });

  test('counts KeePassXC’s own attributes of every entry as nothing', async () => {
    const { provider, store } = await setUpStore({ names: ['org.keepassxc.KeePassXC.MainWindow'] });
    provider.add(
      {
        ...exactAttributes,
        Title: 'alice@demo',
        UserName: '',
        URL: '',
        Notes: '',
        Uuid: '0',
        Path: '/',
        FDO_SECRETS_CONTENT_TYPE: 'x',
      },
      'x',
    );
    expect(await store.list('demo')).toEqual([name]);
  });

  test('of all that KeePassXC keeps is asked of its collection, for it finds nothing by no attributes', async () => {
    const { provider, store } = await setUpStore({
      names: ['org.keepassxc.KeePassXC.MainWindow'],
      instead: { SearchItems: () => ({ signature: 'aoao', values: [[], []] }) },
    });
    provider.add(exactAttributes, 'x');
    expect(await store.list()).toEqual([name]);
  });

  test('of which a part is locked cannot be told', async () => {
    const answer = { signature: 'aoao', values: [[], ['/org/freedesktop/secrets/collection/other/1']] };
    const { store } = await setUpStore({ instead: { SearchItems: () => answer } });
    await failure(store.list('demo'), 'locked');
  });
});
