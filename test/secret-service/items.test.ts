import { expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

describeStore('the item that a credential is read from', 'secret-service', missingSessionBus(), () => {
  test('the only match, with other attributes, is used only if the caller wants to know of it', async () => {
    const { provider, store, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'alone');
    expect(await readText()).toBe('');
    const onForeignItem = vi.fn();
    const secret = await store.get(name, { onForeignItem });
    expect(secret?.equals(textSecret('alone'))).toBe(true);
    expect(onForeignItem).toHaveBeenCalledOnce();
    // Its time of modification isn't needed.
    expect(provider.valuesOf('Get').map(([, property]) => property)).not.toContain('Modified');
  });

  test('its own item is never reported to be of another program; a deletion reports what it leaves', async () => {
    const { provider, store } = await setUpStore();
    provider.add(exactAttributes, 'ours');
    const onForeignItem = vi.fn();
    await store.get(name, { onForeignItem });
    expect(await store.delete(name, { onForeignItem })).toBe(true);
    expect(await store.delete(name, { onForeignItem })).toBe(false);
    expect(onForeignItem).not.toHaveBeenCalled();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'theirs');
    expect(await store.delete(name)).toBe(false);
    expect(await store.delete(name, { onForeignItem })).toBe(false);
    expect(onForeignItem).toHaveBeenCalledOnce();
    provider.add(exactAttributes, 'ours');
    expect(await store.delete(name, { onForeignItem })).toBe(true);
    expect(onForeignItem).toHaveBeenCalledTimes(2);
  });

  test('without a default collection none is created, and an existing one is read and overwritten', async () => {
    const { provider, store, readText } = await setUpStore({
      instead: { ReadAlias: () => ({ signature: 'o', values: ['/'] }) },
    });
    await failure(store.set(name, textSecret('new')), 'no-collection');
    expect(provider.calls).not.toContain('CreateItem');
    provider.add(exactAttributes, 'old');
    expect(await readText()).toBe('old');
    await store.set(name, textSecret('new'));
    expect(await readText()).toBe('new');
  });

  test('of several matches, the one without other attributes is used', async () => {
    const { provider, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 9n);
    provider.add(exactAttributes, 'ours', 1n);
    expect(await readText()).toBe('ours');
  });

  test.each([
    ['xdg:schema', 'org.freedesktop.Secret.Generic'],
    ['application', 'Python keyring library'],
  ])('the attribute %s doesn’t count as another attribute if it is %s', async (key, value) => {
    const { provider, readText } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'another tool’s' }, 'foreign', 9n);
    provider.add({ ...exactAttributes, [key]: `${value} too` }, 'foreign', 9n);
    provider.add({ ...exactAttributes, [key]: value }, 'ours', 1n);
    expect(await readText()).toBe('ours');
  });

  test.each([
    ['gnome-keyring', ['org.gnome.keyring']],
    ['any other provider', []],
  ])('of several matches without other attributes in %s, the one modified last is used', async (_, names) => {
    const { provider, readText } = await setUpStore({ names });
    provider.add(exactAttributes, 'old', 1n);
    provider.add({ ...exactAttributes, application: 'Python keyring library' }, 'new', 3n);
    provider.add({ ...exactAttributes, 'xdg:schema': 'org.freedesktop.Secret.Generic' }, 'older', 2n);
    expect(await readText()).toBe('new');
  });

  test('of several matches in gnome-keyring, some of them locked, the one without other attributes that was modified last is used', async () => {
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

  test('several matches modified at the same time are ambiguous to read, and replaced by a write', async () => {
    const { provider, store, readText } = await setUpStore();
    provider.add(exactAttributes, 'one', 1n);
    provider.add({ ...exactAttributes, application: 'Python keyring library' }, 'two', 1n);
    await failure(store.get(name), 'ambiguous');
    await store.set(name, textSecret('new'));
    expect(provider.items.size).toBe(1);
    expect(await readText()).toBe('new');
  });

  test('[SS10] several matches, all with other attributes: ambiguous to read, with a hint; a write creates another item', async () => {
    const { provider, store, readText } = await setUpStore();
    const foreign = [
      provider.add({ ...exactAttributes, realm: 'a' }, 'one', 1n),
      provider.add({ ...exactAttributes, realm: 'b' }, 'two', 2n),
    ];
    const { hint } = await failure(store.get(name, { onForeignItem: () => undefined }), 'ambiguous');
    expect(hint).toMatch(/./);
    expect(await store.delete(name)).toBe(false);
    await store.set(name, textSecret('ours'));
    expect(await readText()).toBe('ours');
    expect(provider.valuesOf('CreateItem').map(([, , replaces]) => replaces)).toEqual([false]);
    expect(await store.delete(name)).toBe(true);
    expect([...provider.items.keys()]).toEqual(foreign);
    expect(provider.calls).not.toContain('SetSecret');
  });

  test('a locked match that hides its attributes is unlocked before anything is written beside it', async () => {
    const hides = { Get: () => ({ signature: 'v', values: [['a{ss}', [['gkr:compat:hashed:service', 'x']]]] }) };
    const { provider, store } = await setUpStore({ names: ['org.gnome.keyring'], locked: true, instead: hides });
    provider.add(exactAttributes, 'kept');
    await failure(store.set(name, textSecret('x')), 'locked');
    await failure(store.delete(name), 'locked');
    expect(provider.calls).not.toContain('CreateItem');
  });

  test('delete removes every duplicate and no other item', async () => {
    const { provider, store } = await setUpStore();
    provider.add(exactAttributes, 'one', 1n);
    provider.add({ ...exactAttributes, application: 'Python keyring library' }, 'two', 1n);
    const foreign = provider.add({ ...exactAttributes, realm: 'a' }, 'foreign');
    expect(await store.delete(name)).toBe(true);
    expect([...provider.items.keys()]).toEqual([foreign]);
  });
});

describeStore('a list', 'secret-service', missingSessionBus(), () => {
  test('contains each credential once, sorted, and ignores other items', async () => {
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
    const withoutAccount = { service: 'demo', account: '' };
    expect(await store.list('demo')).toEqual([withoutAccount, name, { service: 'demo', account: 'bob' }]);
    expect(await store.list()).toEqual([
      { service: 'another', account: 'carol' },
      withoutAccount,
      name,
      { service: 'demo', account: 'bob' },
    ]);
  });

  test('reads the attributes of each item once, even of many', async () => {
    const { provider, store } = await setUpStore();
    const accounts = Array.from({ length: 150 }, (_, index) => `${1_000 + index}`);
    for (const account of accounts) provider.add({ service: 'many', username: account }, 'x');
    expect(await store.list('many')).toEqual(accounts.map((account) => ({ service: 'many', account })));
    expect(provider.valuesOf('Get').filter(([, property]) => property === 'Attributes')).toHaveLength(150);
  });

  test('ignores the attributes that KeePassXC adds to every entry', async () => {
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

  test('of all of KeePassXC reads its collection, because a search without attributes finds nothing', async () => {
    const { provider, store } = await setUpStore({
      names: ['org.keepassxc.KeePassXC.MainWindow'],
      instead: { SearchItems: () => ({ signature: 'aoao', values: [[], []] }) },
    });
    provider.add(exactAttributes, 'x');
    expect(await store.list()).toEqual([name]);
  });

  test('fails with locked if a part is locked', async () => {
    const answer = { signature: 'aoao', values: [[], ['/org/freedesktop/secrets/collection/other/1']] };
    const { store } = await setUpStore({ instead: { SearchItems: () => answer } });
    await failure(store.list('demo'), 'locked');
  });
});
