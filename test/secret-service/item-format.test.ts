import { expect, test } from 'vitest';
import type { AttributeSchema } from '../../src/domain/profile.ts';
import { Secret } from '../../src/domain/secret.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const keepassxc = { names: ['org.keepassxc.KeePassXC.MainWindow'] };
const generic = { 'xdg:schema': 'org.freedesktop.Secret.Generic' };
const bytes = (text: string) => new TextEncoder().encode(text);
const session = '/org/freedesktop/secrets/session/s1';

describeStore('a written item', 'secret-service', missingSessionBus(), () => {
  test.each<[AttributeSchema, label: string, attributes: Record<string, string>]>([
    ['keystow', 'alice@demo', exactAttributes],
    ['keytar', 'demo/alice', { ...generic, service: 'demo', account: 'alice' }],
  ])(
    'has a readable label and the attributes of the schema %s, by which it is found',
    async (attributeSchema, label, attributes) => {
      const { provider, store, readText } = await setUpStore({}, { attributeSchema });
      await store.set(name, textSecret('kept'));
      expect(provider.valuesOf('CreateItem')).toEqual([
        [
          [
            ['org.freedesktop.Secret.Item.Label', ['s', label]],
            ['org.freedesktop.Secret.Item.Attributes', ['a{ss}', Object.entries(attributes)]],
          ],
          [session, new Uint8Array(), bytes('kept'), 'text/plain'],
          true,
        ],
      ]);
      expect(await readText()).toBe('kept');
      expect(provider.valuesOf('OpenSession')).toEqual([['plain', ['s', '']]]);
      expect(provider.valuesOf('SearchItems').at(-1)).toEqual([Object.entries(attributes)]);
    },
  );

  test('has no placeholders in its label that KeePassXC would replace', async () => {
    const { provider, store } = await setUpStore();
    await store.set({ service: '{URL}{}', account: '{TITLE}{TITLE}' }, textSecret('kept'));
    const [[properties] = []] = provider.valuesOf('CreateItem');
    expect(properties).toContainEqual(['org.freedesktop.Secret.Item.Label', ['s', '(TITLE)(TITLE)@(URL)()']]);
  });

  test('is never created with `replace` in KeePassXC, which stops answering if another client creates the item meanwhile', async () => {
    const { provider, store } = await setUpStore(keepassxc);
    await store.set(name, textSecret('kept'));
    expect(provider.valuesOf('CreateItem').map(([, , replaces]) => replaces)).toEqual([false]);
  });

  test.each([
    ['text', bytes('pässwörd {"a":1} { }'), 'text/plain'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0x61), 'application/octet-stream'],
    ['a NUL, which ends text in KWallet', bytes('a\0b'), 'application/octet-stream'],
    ['a byte order mark, which KWallet removes from text', bytes('\uFEFFa'), 'application/octet-stream'],
    ['a byte order mark in the middle', bytes('a\uFEFF'), 'text/plain'],
    ['a placeholder of KeePassXC', bytes('x{TITLE}'), 'application/octet-stream'],
    ['a placeholder in lowercase', bytes('{s:name}'), 'application/octet-stream'],
  ])('%s: has a content type with which every provider returns it unchanged', async (_, secret, type) => {
    const { provider, store } = await setUpStore();
    await store.set(name, new Secret(secret));
    await store.set(name, new Secret(secret));
    const expected = [session, new Uint8Array(), secret, type];
    expect(provider.valuesOf('CreateItem').map(([, written]) => written)).toEqual([expected]);
    expect(provider.valuesOf('SetSecret')).toEqual([[expected]]);
  });
});

describeStore('an item that keytar has written', 'secret-service', missingSessionBus(), () => {
  test('is overwritten and deleted; one that another program wrote with further attributes is neither', async () => {
    const { provider, store } = await setUpStore({}, { attributeSchema: 'keytar' });
    const foreign = provider.add({ ...generic, service: 'demo', account: 'alice', realm: 'x' }, 'theirs');
    const own = provider.add({ ...generic, service: 'demo', account: 'alice' }, 'keytar’s');
    await store.set(name, textSecret('kept'));
    expect([...provider.items.keys()]).toEqual([foreign, own]);
    expect(provider.valuesOf('SetSecret')).toHaveLength(1);
    expect(await store.delete(name)).toBe(true);
    expect(await store.delete(name)).toBe(false);
    expect([...provider.items.keys()]).toEqual([foreign]);
  });

  test('is listed; a similar item is not', async () => {
    const { provider, store } = await setUpStore({}, { attributeSchema: 'keytar' });
    provider.add({ ...generic, service: 'demo', account: 'alice' }, 'x');
    provider.add({ service: 'demo', account: 'without' }, 'x');
    provider.add({ 'xdg:schema': 'org.example.Other', service: 'demo', account: 'another' }, 'x');
    provider.add({ ...generic, service: 'demo', username: 'keystow' }, 'x');
    expect(await store.list()).toEqual([name]);
    expect(await store.list('demo')).toEqual([name]);
    expect(provider.valuesOf('SearchItems').at(-1)).toEqual([Object.entries({ ...generic, service: 'demo' })]);
  });
});

describeStore('an application that marks its items', 'secret-service', missingSessionBus(), () => {
  const marked = (application: string) => ({ ...exactAttributes, application });

  test('writes its name into each, and searches by it', async () => {
    const { provider, store } = await setUpStore({}, { application: 'acme' });
    await store.set(name, textSecret('kept'));
    expect([...provider.items.values()].map(({ attributes }) => Object.fromEntries(attributes))).toEqual([
      { ...exactAttributes, application: 'acme' },
    ]);
    for (const work of [store.get(name), store.list(), store.list('demo'), store.delete(name)]) await work;
    for (const [attributes] of provider.valuesOf('SearchItems'))
      expect(attributes).toContainEqual(['application', 'acme']);
  });

  test('neither reads, lists nor deletes those of others, even if the provider finds them', async () => {
    const bus = await sessionBus();
    const paths: string[] = [];
    const instead = { SearchItems: () => ({ signature: 'aoao', values: [paths, []] }) };
    const provider = await fakeProvider(bus, { instead });
    const store = storeOn(bus.environment, { application: 'acme' });
    paths.push(provider.add(exactAttributes, 'shared'), provider.add(marked('Python keyring library'), 'Python’s'));
    expect([await store.get(name), await store.list(), await store.delete(name)]).toEqual([undefined, [], false]);
    paths.push(provider.add(marked('acme'), 'own'));
    expect((await store.get(name))?.equals(textSecret('own'))).toBe(true);
    expect([await store.list(), await store.delete(name)]).toEqual([[name], true]);
    expect([...provider.items.keys()]).toEqual(paths.slice(0, 2));
  });
});
