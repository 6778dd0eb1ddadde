import { expect, onTestFinished, test } from 'vitest';
import { createItem, openSession, readItems, showPrompt } from '../../src/adapters/secret-service/calls.ts';
import { toAttributes } from '../../src/adapters/secret-service/items/item-attributes.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { freshSecret, textSecret, troublesomeSecrets } from '../contract/secrets.ts';
import { eventually } from '../support/eventually.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { type DatabaseState, type KeePassXC, missing, startKeePassXC } from '../support/keepassxc.ts';
import { withDefaultCollection } from './stored-items.ts';
import { storeOn } from './stores.ts';
import { startTap, type Tap } from './tap.ts';

const name = { service: 'demo', account: 'alice' };

async function keepassxc(state: DatabaseState): Promise<KeePassXC> {
  const started = await startKeePassXC(state);
  onTestFinished(() => started.stop());
  return started;
}

async function tapBus({ bus }: KeePassXC): Promise<Tap> {
  const tap = await startTap(bus);
  onTestFinished(() => tap.stop());
  return tap;
}

const readEntries = ({ bus }: KeePassXC) => withDefaultCollection(bus, readItems);

describeStore('the store over KeePassXC', 'keepassxc', missing(), () => {
  test('[SS11] open, with an exposed group: usable until deleted, and nothing is written', async () => {
    const program = await keepassxc('open');
    expect(await storeOn(program.environment).probe()).toEqual({
      kind: 'usable',
      persistence: 'until-delete',
      evidence: { provider: 'keepassxc' },
    });
    expect(await readEntries(program)).toEqual([]);
  });

  test('locked and non-interactive: locked within the time limit, without a prompt', async () => {
    const tap = await tapBus(await keepassxc('locked'));
    const store = storeOn(tap.environment);
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'locked',
      evidence: { provider: 'keepassxc' },
    });
    await failure(store.get(name), 'locked');
    await failure(store.set(name, textSecret('y')), 'locked');
    await failure(store.delete(name), 'locked');
    await failure(store.list(), 'locked');
    for (const prompting of ['SearchItems', 'Prompt']) expect(tap.turns.flat()).not.toContain(prompting);
  });

  test('asking before each access and non-interactive: locked, and nothing is written', async () => {
    const program = await keepassxc('open');
    await storeOn(program.environment).set(name, textSecret('x'));
    await program.restart('confirming');
    const tap = await tapBus(program);
    const store = storeOn(tap.environment);
    expect(await store.probe()).toMatchObject({
      kind: 'service-failure',
      reason: 'locked',
      evidence: { provider: 'keepassxc', asksEachTime: true },
    });
    const expected = { evidence: { provider: 'keepassxc', asksEachTime: true } };
    expect(await failure(store.get(name), 'locked')).toMatchObject(expected);
    await failure(store.set(name, textSecret('y')), 'locked');
    await failure(store.delete(name), 'locked');
    expect(await failure(store.list(), 'locked')).toMatchObject(expected);
    expect(tap.turns.flat()).not.toContain('Prompt');
    expect(await readEntries(program)).toHaveLength(1);
  });

  test('secrets come back byte for byte after a restart', async () => {
    const program = await keepassxc('open');
    const store = storeOn(program.environment);
    const credentials = troublesomeSecrets.map(([account, make]) => [{ service: 'demo', account }, make()] as const);
    for (const [credential, secret] of credentials) await store.set(credential, secret);
    await program.restart('open');
    for (const [credential, secret] of credentials) {
      const back = await store.get(credential);
      expect(back?.equals(secret), credential.account).toBe(true);
    }
  });

  test('text that looks like a placeholder, in a secret or a name, is not replaced', async () => {
    const { environment } = await keepassxc('open');
    const store = storeOn(environment);
    for (const text of ['{TITLE}', '{username}', '{S:service}', '{{TITLE}}', '{"a":"{PASSWORD}"}', '{"a":1}']) {
      const credential = { service: `demo ${text}`, account: text };
      await store.set(credential, textSecret(text));
      expect((await store.get(credential))?.equals(textSecret(text)), text).toBe(true);
      expect(await store.list(credential.service)).toEqual([credential]);
    }
  });

  test('many changes over one connection stay within the limits of the bus', async () => {
    const { environment } = await keepassxc('open');
    const store = storeOn(environment);
    for (let round = 0; round < fastOrSlow(10, 130); round += 1) {
      await store.set(name, textSecret('x'));
      await store.delete(name);
    }
  });

  test('five concurrent writes of a new credential leave one entry', async () => {
    const program = await keepassxc('open');
    const secrets = Array.from({ length: 5 }, () => freshSecret());
    await Promise.all(secrets.map((secret) => storeOn(program.environment).set(name, secret)));
    expect(await readEntries(program)).toHaveLength(1);
    const stored = await storeOn(program.environment).get(name);
    expect(secrets.some((secret) => stored?.equals(secret))).toBe(true);
  });

  test('of five concurrent deletes one succeeds, and KeePassXC doesn’t crash', async () => {
    const program = await keepassxc('open');
    const stores = Array.from({ length: 5 }, () => storeOn(program.environment));
    for (let round = 0; round < 5; round += 1) {
      await stores[0]?.set(name, textSecret('x'));
      const deleted = await Promise.all(stores.map((store) => store.delete(name)));
      expect(deleted.filter(Boolean)).toEqual([true]);
    }
    expect(await readEntries(program)).toEqual([]);
  });

  test('several entries with the same name are deleted together', async () => {
    const program = await keepassxc('open');
    for (const count of [1, 2, 3]) await addDuplicate(program, count);
    expect(await storeOn(program.environment).delete(name)).toBe(true);
    expect(await readEntries(program)).toEqual([]);
  });
});

/** Creates another entry of the same name, as another program would. Afterwards there are `count`. */
async function addDuplicate({ bus }: KeePassXC, count: number): Promise<void> {
  await withDefaultCollection(bus, async (peer, collection) => {
    const item = {
      label: 'alice',
      attributes: toAttributes(name, { schema: 'keystow' }),
      bytes: new Uint8Array(),
      replaces: false,
    };
    const [, prompt] = await createItem(peer, collection, await openSession(peer), item);
    await showPrompt(peer, prompt);
    await eventually(async () => expect(await readItems(peer, collection)).toHaveLength(count));
  });
}
