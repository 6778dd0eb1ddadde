import { expect, test } from 'vitest';
import { createItem, openSession } from '../../src/adapters/secret-service/calls.ts';
import { SecretServiceItems } from '../../src/adapters/secret-service/foreign-items.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import type { Message } from '../faults/dbus-codec.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { missing } from '../support/gnome-keyring.ts';
import { missingSessionBus, type SessionBus } from '../support/session-bus.ts';
import { fakeProvider, gnomeKeyring, sessionBus } from './situations.ts';
import { fingerprint, withDefaultCollection } from './stored-items.ts';
import { limitMs } from './stores.ts';

type Attributes = Readonly<Record<string, string>>;

const items: readonly (readonly [Attributes, secret: string])[] = [
  [{ service: 'demo', username: 'alice', realm: 'a' }, 's3cret of alice'],
  [{ service: 'demo', username: 'bob', realm: 'b' }, 's3cret of bob'],
  [{ host: 'example.com' }, 's3cret of a host'],
];

async function addItems(bus: SessionBus): Promise<void> {
  await withDefaultCollection(bus, async (peer, collection) => {
    const session = await openSession(peer);
    for (const [attributes, text] of items) {
      const bytes = new TextEncoder().encode(text);
      await createItem(peer, collection, session, { label: 'other', attributes, bytes, replaces: false });
    }
  });
}

function search(
  environment: NodeJS.ProcessEnv,
  attributes: Attributes,
  isWanted = (_: Attributes) => true,
  interactive = false,
) {
  const interaction = { interactive, notifyWaiting: () => undefined };
  const reader = new SecretServiceItems({ environment, interaction, timeoutMs: limitMs });
  return reader.search(attributes, isWanted).finally(() => reader.close());
}

describeStore('a search for the items of other programs', 'secret-service', missing(), () => {
  test('finds those that have the attributes, or all, with their secrets, and changes none', async () => {
    const { environment, bus } = await gnomeKeyring('unlocked');
    await addItems(bus);
    const before = await fingerprint(bus);
    const find = async (attributes: Attributes, isWanted?: (attributes: Attributes) => boolean) =>
      (await search(environment, attributes, isWanted))
        .map(({ secret }) => Buffer.from(secret.expose()).toString())
        .sort();
    expect(await find({ service: 'demo' })).toEqual(['s3cret of alice', 's3cret of bob']);
    expect(await find({ service: 'demo', realm: 'b' })).toEqual(['s3cret of bob']);
    expect(await find({ service: 'absent' })).toEqual([]);
    expect(await find({})).toEqual(items.map(([, text]) => text).sort());
    expect(await find({}, ({ host }) => host === 'example.com')).toEqual(['s3cret of a host']);
    const [found] = await search(environment, { realm: 'a' });
    expect(found?.attributes).toMatchObject({ service: 'demo', username: 'alice', realm: 'a' });
    expect(await fingerprint(bus)).toBe(before);
  });

  test('rejects if they are locked, and nobody can be asked', async () => {
    const { environment } = await gnomeKeyring('locked');
    await failure(search(environment, { service: 'demo' }), 'locked');
  });
});

describeStore(
  'a search for the items of other programs, in any provider',
  'secret-service',
  missingSessionBus(),
  () => {
    const others = { host: 'example.com' };
    const startFake = async (options: FakeProviderOptions) => {
      const bus = await sessionBus();
      const provider = await fakeProvider(bus, options);
      provider.add(others, 's3cret');
      return { provider, environment: bus.environment };
    };

    test('unlocks the default collection first, which may not find what it has', async () => {
      const { provider, environment } = await startFake({ locked: true });
      expect(await search(environment, others, undefined, true)).toHaveLength(1);
      expect(provider.valuesOf('Unlock')).toEqual([[['/org/freedesktop/secrets/collection/fake']]]);
      expect(provider.calls.indexOf('SearchItems')).toBeGreaterThan(provider.calls.indexOf('Prompt'));
    });

    test('finds all items in KeePassXC, whose search finds nothing without attributes', async () => {
      const SearchItems = ({ body }: Message) => {
        const [wanted] = body('a{ss}');
        return (wanted as unknown[]).length === 0 ? { signature: 'aoao', values: [[], []] } : undefined;
      };
      const options = { names: ['org.keepassxc.KeePassXC.MainWindow'], instead: { SearchItems } };
      const { environment } = await startFake(options);
      expect(await search(environment, {})).toHaveLength(1);
      expect(await search(environment, others)).toHaveLength(1);
    });

    test('reads only the secrets that are wanted', async () => {
      const { provider, environment } = await startFake({});
      expect(await search(environment, others, () => false)).toEqual([]);
      expect(provider.calls).not.toContain('GetSecret');
    });
  },
);
