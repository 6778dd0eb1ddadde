import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { CredentialError, type CustomStore, type OpenOptions, openCredentialStore } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { createMemoryStore } from '../faults/memory.ts';
import { createMemoryStore as createStore } from '../memory/memory-store.ts';

const required = createRequire(import.meta.url)(
  resolve(import.meta.dirname, '../../dist/cjs/index.cjs'),
) as typeof import('../../src/library/index.ts');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-custom-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function open(stores: readonly CustomStore[], options: Partial<OpenOptions> = {}) {
  const environment = { HOME: home, USERPROFILE: home, ...options.environment };
  const store = await openCredentialStore({ application: 'acme', stores, ...options, environment });
  onTestFinished(() => store.close());
  return store;
}

const createVault = (changes: Partial<CustomStore> = {}): CustomStore => ({
  ...createStore({ id: 'custom' }),
  id: 'custom',
  ...changes,
});

test.each(['auto', 'file', 'keychain'])(
  '[LIB22] a store in memory is used whatever the user prefers (%s), and leaves nothing on disk',
  async (preference) => {
    const memory = createMemoryStore();
    const environment = { ACME_STORAGE: preference, ACME_DISABLE_KEYRING: '1' };
    const store = await open([memory], { environment });
    expect(await store.get('demo', 'alice')).toBeUndefined();
    expect(await store.set('demo', 'alice', 'x')).toMatchObject({ store: 'custom', skipped: [] });
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(await (await open([memory], { environment })).getText('demo', 'alice')).toBe('x');
    expect(await (await open([createMemoryStore()], { environment })).get('demo', 'alice')).toBeUndefined();
    expect(await store.list()).toMatchObject([{ service: 'demo', account: 'alice', store: 'custom' }]);
    expect((await store.report()).storage).toMatchObject({ store: 'custom', label: 'Custom store' });
    expect(await store.repair()).toEqual([]);
    expect(await store.changePassphrase()).toBe(false);
    expect(await store.delete('demo', 'alice')).toEqual(['custom']);
    expect(await store.list()).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  },
);

test("[LIB23] an application's own store is used in place of the machine's, and another process finds its credentials", async () => {
  const vault = createVault();
  await (await open([vault])).set('demo', 'alice', 'x');
  const store = await open([vault]);
  expect(await store.getText('demo', 'alice')).toBe('x');
  expect(await store.migrate('file')).toMatchObject([{ outcome: 'moved', from: 'custom', to: 'file' }]);
  expect(await vault.list()).toEqual([]);
  expect(await store.migrate('custom')).toMatchObject([{ outcome: 'moved', from: 'file', to: 'custom' }]);
  expect(await store.getText('demo', 'alice')).toBe('x');
});

test('if its own store is unusable, the encrypted file is used, unless a keyring is required', async () => {
  const vault = createVault({ probe: async () => ({ kind: 'service-failure', reason: 'locked' }) });
  const skipped = [expect.objectContaining({ store: 'custom', reason: 'locked' })];
  expect(await (await open([vault])).set('demo', 'alice', 'x')).toMatchObject({ store: 'file', skipped });
  await failure((await open([vault], { storage: 'keychain' })).set('demo', 'alice', 'y'), 'keyring-required');
});

test('errors and secrets of another build are converted, and other errors are failures', async () => {
  const secret = new required.Secret(Uint8Array.of(7));
  const store = await open([createVault({ get: async () => secret as never })]);
  expect((await store.get('demo', 'alice'))?.expose()).toEqual(Uint8Array.of(7));
  const fail = async (error: unknown) => {
    const failing = await open([createVault({ get: () => Promise.reject(error) })]);
    return failing.get('demo', 'alice').then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  };
  const denied = await fail(new required.CredentialError('denied', 'no', { hint: 'ask' }));
  expect(denied).toBeInstanceOf(CredentialError);
  expect(denied).toMatchObject({ code: 'denied', hint: 'ask' });
  expect(await fail(new Error('socket closed'))).toMatchObject({ code: 'failed' });
  await failure((await open([createVault({ get: async () => 'x' as never })])).get('demo', 'alice'), 'failed');
});

test('an invalid store is rejected', async () => {
  for (const stores of [[{}], [null], [createVault({ id: 'file' as 'custom' })], [createVault(), createVault()]])
    await failure(open(stores as CustomStore[]), 'invalid-setting');
});
