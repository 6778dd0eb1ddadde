import { expect, test } from 'vitest';
import type { AttributeSchema } from '../../src/domain/profile.ts';
import { Secret } from '../../src/domain/secret.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

const keepassxc = { names: ['org.keepassxc.KeePassXC.MainWindow'] };
const generic = { 'xdg:schema': 'org.freedesktop.Secret.Generic' };
const bytes = (text: string) => new TextEncoder().encode(text);
const session = '/org/freedesktop/secrets/session/s1';

describeStore('what is written', 'secret-service', missingSessionBus(), () => {
  test.each<[AttributeSchema, label: string, attributes: Record<string, string>]>([
    ['keystow', 'alice@demo', exactAttributes],
    ['keytar', 'demo/alice', { ...generic, service: 'demo', account: 'alice' }],
  ])(
    'as %s lays it out: a readable label, and the attributes that it is found by',
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

  test('the label has no placeholder that KeePassXC would fill in', async () => {
    const { provider, store } = await setUpStore();
    await store.set({ service: '{URL}{}', account: '{TITLE}{TITLE}' }, textSecret('kept'));
    const [[properties] = []] = provider.valuesOf('CreateItem');
    expect(properties).toContainEqual(['org.freedesktop.Secret.Item.Label', ['s', '(TITLE)(TITLE)@(URL)()']]);
  });

  test('KeePassXC is not to look for an item to replace: it never answers where another creates one meanwhile', async () => {
    const { provider, store } = await setUpStore(keepassxc);
    await store.set(name, textSecret('kept'));
    expect(provider.valuesOf('CreateItem').map(([, , replaces]) => replaces)).toEqual([false]);
  });

  test.each([
    ['text', bytes('pässwörd {"a":1} { }'), 'text/plain'],
    ['what is no UTF-8', Uint8Array.of(0xff, 0x61), 'application/octet-stream'],
    ['a NUL, where KWallet’s texts end', bytes('a\0b'), 'application/octet-stream'],
    ['a byte order mark, which KWallet’s texts lose', bytes('\uFEFFa'), 'application/octet-stream'],
    ['what looks like one further on', bytes('a\uFEFF'), 'text/plain'],
    ['what KeePassXC fills in', bytes('x{TITLE}'), 'application/octet-stream'],
    ['what it fills in in small letters', bytes('{s:name}'), 'application/octet-stream'],
  ])('%s has a type by which every provider gives it back unchanged', async (_, secret, type) => {
    const { provider, store } = await setUpStore();
    await store.set(name, new Secret(secret));
    await store.set(name, new Secret(secret));
    const expected = [session, new Uint8Array(), secret, type];
    expect(provider.valuesOf('CreateItem').map(([, written]) => written)).toEqual([expected]);
    expect(provider.valuesOf('SetSecret')).toEqual([[expected]]);
  });
});

describeStore('what keytar has written', 'secret-service', missingSessionBus(), () => {
  test('is listed, and what only looks like it is not', async () => {
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
