import { afterAll, beforeAll, expect, test } from 'vitest';
import { createItem, openSession, readItems, showPrompt } from '../../src/adapters/secret-service/calls.ts';
import type { SecretService } from '../../src/adapters/secret-service/secret-service.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { eventually } from '../support/eventually.ts';
import * as gnomeKeyring from '../support/gnome-keyring.ts';
import * as keepassxc from '../support/keepassxc.ts';
import * as kwallet from '../support/kwallet.ts';
import type { SessionBus } from '../support/session-bus.ts';
import type { Provider } from './harness.ts';
import { readAllItems, withDefaultCollection } from './stored-items.ts';
import { storeOn } from './stores.ts';

type Attributes = Readonly<Record<string, string>>;

/** What the items of other programs have besides the service and the user name. */
const foreign: readonly Attributes[] = [
  { application: 'other' },
  { realm: 'example.org' },
  { 'xdg:schema': 'org.example.App' },
  // The Rust crate `keyring`, version 3.
  { target: 'default', application: 'rust-keyring' },
  { application: 'Python keyring library', realm: 'example.org' },
];

const providers: readonly [name: string, missing: string | undefined, start: () => Promise<Provider>][] = [
  ['secret-service', gnomeKeyring.missing(), () => gnomeKeyring.startGnomeKeyring('unlocked')],
  ['kwallet', kwallet.missing(), () => kwallet.startKWallet('open')],
  ['keepassxc', keepassxc.missing(), () => keepassxc.startKeePassXC('open')],
];

/** Creates an item as another program would. */
async function addItem(bus: SessionBus, attributes: Attributes, text: string): Promise<void> {
  await withDefaultCollection(bus, async (peer, collection) => {
    const before = await readItems(peer, collection);
    const item = { label: 'other', attributes, bytes: new TextEncoder().encode(text), replaces: false };
    const [, prompt] = await createItem(peer, collection, await openSession(peer), item);
    if (prompt !== '/') await showPrompt(peer, prompt);
    await eventually(async () => expect(await readItems(peer, collection)).toHaveLength(before.length + 1));
  });
}

for (const [provider, missing, start] of providers) {
  describeStore(`items of other programs in ${provider}`, provider, missing, () => {
    let running: Provider;
    let store: SecretService;
    let count = 0;
    let name: CredentialName;
    beforeAll(async () => {
      running = await start();
      store = storeOn(running.environment);
      // Opens the wallet.
      await store.set({ service: 'first', account: 'first' }, textSecret('x'));
    });
    afterAll(() => running.stop());

    /** Adds an item of {@link name} for each list of further attributes, whose secret is its number, and sets a new name. */
    async function addForeign(...further: readonly Attributes[]): Promise<void> {
      count += 1;
      name = { service: `service ${count}`, account: 'alice' };
      for (const [index, more] of further.entries())
        await addItem(running.bus, { service: name.service, username: name.account, ...more }, `foreign ${index}`);
    }

    async function readForeign(): Promise<readonly [Attributes, text: string][]> {
      const items = (await readAllItems(running.bus)).filter(({ attributes }) => attributes.service === name.service);
      return items
        .map(({ attributes, secret }): [Attributes, string] => [attributes, Buffer.from(secret).toString()])
        .filter(([, text]) => text.startsWith('foreign'));
    }

    /** Returns the secret, and whether it was reported to be another program's. */
    async function read(): Promise<readonly [text: string | undefined, isForeign: boolean]> {
      let isForeign = false;
      const secret = await store.get(name, {
        onForeignItem: () => {
          isForeign = true;
        },
      });
      return [secret && Buffer.from(secret.expose()).toString(), isForeign];
    }

    test.each(foreign)(
      '[SS21] %j: the item is read as a fallback, never changed, never deleted and never listed',
      async (more) => {
        await addForeign(more);
        expect(await read()).toEqual(['foreign 0', true]);
        expect(await store.get(name)).toBeUndefined();
        expect(await store.list(name.service)).toEqual([]);
        await store.set(name, textSecret('ours'));
        await store.set(name, textSecret('ours, changed'));
        expect(await read()).toEqual(['ours, changed', false]);
        expect(await store.list(name.service)).toEqual([name]);
        expect(await readForeign()).toEqual([[expect.objectContaining(more), 'foreign 0']]);
        expect(await store.delete(name)).toBe(true);
        expect(await readForeign()).toEqual([[expect.objectContaining(more), 'foreign 0']]);
        expect(await read()).toEqual(['foreign 0', true]);
        expect(await store.delete(name)).toBe(false);
      },
    );

    test('two such items: a read is ambiguous; a write creates keystow’s own, which is then read and deleted', async () => {
      await addForeign({ realm: 'a' }, { realm: 'b' });
      await failure(read(), 'ambiguous');
      expect(await store.get(name)).toBeUndefined();
      await store.set(name, textSecret('ours'));
      expect(await read()).toEqual(['ours', false]);
      expect(await store.delete(name)).toBe(true);
      expect(await readForeign()).toHaveLength(2);
    });

    test('five concurrent writes beside such an item leave one item of keystow’s own', async () => {
      await addForeign({ realm: 'a' });
      const stores = Array.from({ length: 5 }, () => storeOn(running.environment));
      await Promise.all(stores.map((each, index) => each.set(name, textSecret(`ours ${index}`))));
      await Promise.all(stores.map((each) => each.close()));
      expect((await readAllItems(running.bus)).filter((item) => item.attributes.service === name.service)).toHaveLength(
        2,
      );
      expect(await read()).toEqual([expect.stringMatching(/^ours/), false]);
    });

    test('a delete reports an item that it leaves, whether or not it deletes one', async () => {
      await addForeign({ realm: 'a' });
      await store.set(name, textSecret('ours'));
      for (const deleted of [true, false]) {
        let reports = 0;
        const onForeignItem = () => {
          reports += 1;
        };
        expect(await store.delete(name, { onForeignItem })).toBe(deleted);
        expect(reports).toBe(1);
      }
    });
  });
}
