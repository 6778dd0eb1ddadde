import { expect, onTestFinished, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missing } from '../support/gnome-keyring.ts';
import { gnomeKeyring } from './situations.ts';
import { storeOn } from './stores.ts';
import { startTap } from './tap.ts';

const name = { service: 'demo', account: 'alice' };
const opening = ['Hello', 'GetConnectionUnixProcessID', 'ReadAlias'];

/** A store whose every call is written down, over a gnome-keyring that keeps one credential. */
async function tapped() {
  const keyring = await gnomeKeyring('unlocked');
  await storeOn(keyring.environment).set(name, textSecret('kept'));
  const tap = await startTap(keyring.bus);
  const store = storeOn(tap.environment);
  onTestFinished(async () => {
    await store.close();
    await tap.stop();
  });
  return { keyring, tap, store };
}

describeStore('the calls of each operation, and their round trips', 'secret-service', missing(), () => {
  test('the first get: three turns, seven calls', async () => {
    const { tap, store } = await tapped();
    await store.get(name);
    expect(tap.turns).toEqual([opening, ['OpenSession', 'SearchItems'], ['GetSecret', 'Get']]);
  });

  test('sixteen programs that read at the same time all get the secret', async () => {
    const { keyring } = await tapped();
    const reads = Array.from({ length: 16 }, () => storeOn(keyring.environment).get(name));
    for (const secret of await Promise.all(reads)) expect(Buffer.from(secret?.expose() ?? []).toString()).toBe('kept');
  });

  test('a get over the kept connection: three turns, four calls', async () => {
    const { tap, store } = await tapped();
    await store.list('demo');
    tap.turns.length = 0;
    await store.get(name);
    expect(tap.turns).toEqual([['ReadAlias'], ['SearchItems'], ['GetSecret', 'Get']]);
  });

  test('getting an absent credential checks for a locked collection, and stops', async () => {
    const { tap, store } = await tapped();
    await store.get({ ...name, account: 'nobody' });
    expect(tap.turns).toEqual([opening, ['OpenSession', 'SearchItems'], ['Get']]);
  });

  test('a set writes over the item that is there, or makes one', async () => {
    const { tap, store } = await tapped();
    await store.set(name, textSecret('new'));
    expect(tap.turns.at(-1)).toEqual(['SetSecret']);
    await store.set({ ...name, account: 'bob' }, textSecret('new'));
    expect(tap.turns.at(-1)).toEqual(['CreateItem']);
  });

  test('without an interactive user nothing unlocks and nothing prompts', async () => {
    const { keyring, tap, store } = await tapped();
    await keyring.restart('locked');
    const operations = [store.get(name), store.set(name, textSecret('x')), store.delete(name), store.list()];
    await Promise.all(operations.map((operation) => failure(operation, 'locked')));
    expect(await store.probe()).toMatchObject({ reason: 'locked' });
    const called = new Set(tap.turns.flat());
    expect([...called].sort()).toEqual([...new Set([...opening, 'OpenSession', 'Get', 'SearchItems'])].sort());
  });

  test('[SS1] a list reads attributes, many at a time, and no secret', async () => {
    const { tap, store } = await tapped();
    for (let index = 0; index < 100; index += 1)
      await store.set({ service: 'many', account: `${index}` }, textSecret('x'));
    tap.turns.length = 0;
    expect(await store.list('many')).toHaveLength(100);
    expect(tap.turns.flat()).not.toContain('GetSecret');
    expect(tap.turns.length).toBeLessThan(20);
  });

  test('a provider that was restarted is met again, once, over a new session', async () => {
    const { keyring, tap, store } = await tapped();
    await store.get(name);
    await keyring.restart('unlocked');
    tap.turns.length = 0;
    expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('kept');
    expect(tap.turns.flat().filter((method) => method === 'OpenSession')).toHaveLength(1);
  });
});
