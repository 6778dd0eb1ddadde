import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createTakeovers } from '../../src/adapters/files/markers.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import type { Keyring } from '../../src/composition/circuit-breaker.ts';
import { limitToApplication, withServicePrefix } from '../../src/composition/scoped-store.ts';
import type { PlacementEntry } from '../../src/domain/placement/placement-index.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, type FakePlatform, fakeMacos, fakeWindows } from '../native/fake-binding.ts';
import { type CreateStore, openStoreOver } from '../native/harness.ts';

const alice = { service: 'github.com', account: 'alice' };
const bob = { service: 'github.com', account: 'bob' };
const visible = { service: 'acme', account: 'default' };

const createWithTarget: CreateStore = (options) =>
  createCredentialManager({
    ...options,
    findVisibleTarget: ({ service, account }) => (service === 'acme' && account === 'default' ? 'acme' : undefined),
  });

const platforms: readonly (readonly [string, CreateStore, FakePlatform])[] = [
  ['Keychain', createKeychain, fakeMacos],
  ['Credential Manager', createCredentialManager, fakeWindows],
  ['Credential Manager with a visible target', createWithTarget, fakeWindows],
];

const secret = (text: string) => new Secret(new TextEncoder().encode(text));
const textOf = async (read: Promise<Secret | undefined>) => {
  const found = await read;
  return found && new TextDecoder().decode(found.expose());
};

describe.each(platforms)('in the %s', (_, create, platform) => {
  const setUp = () => {
    const shared = openStoreOver(create, new FakeBinding(platform)) as Keyring;
    const placement: PlacementEntry[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'keystow-scope-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    /** `dies`: the process ends before it removes the old item. */
    const openAs = (application: string, readsOthers = false, dies = false) =>
      limitToApplication(withServicePrefix(shared, application, [visible]), {
        openShared: async () => (dies ? { ...shared, delete: () => Promise.reject(new Error('killed')) } : shared),
        takeovers: createTakeovers(join(folder, 'placement.json'), shared.id),
        placement: { read: async () => ({ placement, state: 'intact' as const }) },
        readsOthers,
      });
    const record = (name: typeof alice) =>
      placement.push({ ...name, store: shared.id, writtenAt: '2026-01-02T03:04:05.000Z', stale: [] });
    const forget = () => placement.splice(0);
    return { shared, openAs, record, forget };
  };

  test('applications share no credentials, neither with each other nor with programs that use plain names', async () => {
    const { shared, openAs } = setUp();
    const [one, other] = [openAs('acme'), openAs('@acme/tool')];
    await shared.set(alice, secret('shared'));
    expect(await one.get(alice)).toBeUndefined();
    expect(await one.delete(alice)).toBe(false);
    await one.set(alice, secret('one'));
    await other.set(alice, secret('other'));
    await other.set(bob, secret('b'));
    expect(await textOf(one.get(alice))).toBe('one');
    expect(await textOf(other.get(alice))).toBe('other');
    expect(await textOf(shared.get(alice))).toBe('shared');
    expect(await one.list('github.com')).toEqual([alice]);
    expect(await other.list('github.com')).toEqual([alice, bob]);
    expect(await one.delete(alice)).toBe(true);
    expect(await textOf(other.get(alice))).toBe('other');
  });

  test.each(['set', 'delete'] as const)('a takeover that was interrupted is completed by the next %s', async (next) => {
    const { shared, openAs, record, forget } = setUp();
    for (const name of [alice, bob]) await shared.set(name, secret('old'));
    record(alice);
    const dying = { ...openAs('acme', false, true) };
    await expect(dying.set(alice, secret('new'))).rejects.toThrow('killed');
    const store = openAs('acme');
    expect(await textOf(store.get(alice))).toBe('new');
    expect(await textOf(shared.get(alice))).toBe('old');
    await (next === 'set' ? store.set(alice, secret('newer')) : store.delete(alice));
    expect(await shared.list('github.com')).toEqual([bob]);
    expect(await textOf(store.get(alice))).toBe(next === 'set' ? 'newer' : undefined);
    if (next === 'delete') forget();
    // What another program stores under that name later is its own.
    await shared.set(alice, secret('of another program'));
    await store.set(alice, secret('newest'));
    await store.delete(alice);
    expect(await textOf(shared.get(alice))).toBe('of another program');
  });

  test('what version 0.1 stored is found if it is recorded, and takes the mark at the next write', async () => {
    const { shared, openAs, record } = setUp();
    const store = openAs('acme');
    for (const name of [alice, bob]) await shared.set(name, secret('old'));
    record(alice);
    expect(await textOf(store.get(alice))).toBe('old');
    expect(await store.get(bob)).toBeUndefined();
    expect(await store.list('github.com')).toEqual([alice]);
    await store.set(alice, secret('new'));
    expect(await textOf(store.get(alice))).toBe('new');
    expect(await shared.list('github.com')).toEqual([bob]);
    await shared.set(alice, secret('of another program'));
    await store.set(alice, secret('newer'));
    expect(await store.delete(alice)).toBe(true);
    expect(await textOf(shared.get(alice))).toBe('of another program');
  });

  test('a recorded credential without a mark can be deleted', async () => {
    const { shared, openAs, record } = setUp();
    await shared.set(alice, secret('old'));
    record(alice);
    expect(await openAs('acme').delete(alice)).toBe(true);
    expect(await shared.get(alice)).toBeUndefined();
  });

  test('other programs are read only if the application asks for it, and the caller too', async () => {
    const { shared, openAs } = setUp();
    await shared.set(alice, secret('shared'));
    let told = 0;
    const onForeignItem = () => {
      told += 1;
    };
    expect(await openAs('acme').get(alice, { onForeignItem })).toBeUndefined();
    const reader = openAs('acme', true);
    expect(await reader.get(alice)).toBeUndefined();
    expect(await textOf(reader.get(alice, { onForeignItem }))).toBe('shared');
    expect(await reader.delete(alice, { onForeignItem })).toBe(false);
    expect(told).toBe(2);
  });

  test('a credential with a target of its own keeps its plain name', async () => {
    const { shared, openAs } = setUp();
    const store = openAs('acme');
    await store.set(visible, secret('x'));
    expect(await textOf(shared.get(visible))).toBe('x');
    expect(await textOf(store.get(visible))).toBe('x');
    expect(await store.delete(visible)).toBe(true);
  });

  test('an invalid name stays invalid', async () => {
    const store = setUp().openAs('acme');
    await failure(store.get({ service: '', account: 'alice' }), 'invalid-name');
    await failure(store.set({ service: '', account: 'alice' }, secret('x')), 'invalid-name');
    await failure(store.delete({ service: 'a\0', account: 'alice' }), 'invalid-name');
    await failure(store.list('a\0'), 'invalid-name');
  });
});
