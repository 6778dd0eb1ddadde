import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type OpenOptions, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startSecretService } from '../faults/secret-service.ts';
import { missingSessionBus } from '../support/session-bus.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-operations-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function open(options: Partial<OpenOptions> = {}) {
  const environment = { HOME: home, USERPROFILE: home, ...options.environment };
  const store = await openCredentialStore({ application: 'acme', storage: 'file', ...options, environment });
  onTestFinished(() => store.close());
  return store;
}

describe('JSON', () => {
  test('[LIB18] is stored as text, and read back as a value', async () => {
    const store = await open();
    const tokens = { access: 'ä\ud800', expires: 7, scopes: ['a'], extra: null };
    expect(await store.setJson('demo', 'alice', tokens)).toMatchObject({ store: 'file' });
    expect(await store.getJson('demo', 'alice')).toEqual(tokens);
    expect(JSON.parse((await store.getText('demo', 'alice')) ?? '')).toEqual(tokens);
    expect(await store.getJson('demo', 'bob')).toBeUndefined();
  });

  test('a value that it cannot represent is rejected, and the old secret stays', async () => {
    const store = await open();
    await store.setJson('demo', 'alice', 'old');
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const secret = new Secret(Uint8Array.of(1));
    for (const value of [undefined, () => 'x', Symbol('x'), 1n, cycle, secret, { tokens: [secret] }])
      await failure(store.setJson('demo', 'alice', value), 'invalid-input');
    expect(await store.getJson('demo', 'alice')).toBe('old');
  });

  test('a secret that is not JSON is an error that does not quote it', async () => {
    const store = await open();
    await store.set('demo', 'alice', 'hunter2');
    const { message, cause } = await failure(store.getJson('demo', 'alice'), 'invalid-input');
    expect(`${message} ${cause}`).not.toContain('hunter2');
  });
});

test('has tells whether there is a secret', async () => {
  const store = await open();
  expect(await store.has('demo', 'alice')).toBe(false);
  await store.set('demo', 'alice', 'x');
  expect(await store.has('demo', 'alice')).toBe(true);
  await failure(store.has('', 'alice'), 'invalid-name');
});

test('invalid options reject, and never throw synchronously', async () => {
  const store = await open();
  const nothing = null as never;
  for (const result of [store.migrate('file', nothing), store.repair(nothing)]) {
    expect(result).toBeInstanceOf(Promise);
    await expect(result).rejects.toThrow(TypeError);
  }
  await expect(store.get('demo', 'alice', nothing)).resolves.toBeUndefined();
});

test('[LIB19] the passphrase can be set, changed and removed', async () => {
  const passphrases = ['first', 'first', 'first', 'second', 'second'];
  const store = await open({ askPassphrase: async () => passphrases.shift() });
  expect(await store.changePassphrase()).toBe(false);
  await store.set('demo', 'alice', 'x');
  expect(await store.changePassphrase()).toBe(true);
  const other = await open({ askPassphrase: async () => passphrases.shift() });
  expect(await other.changePassphrase()).toBe(true);
  expect(passphrases).toEqual([]);
  await failure((await open({ askPassphrase: async () => 'first' })).get('demo', 'alice'), 'wrong-passphrase');
  const last = await open({ askPassphrase: async () => 'second' });
  expect(await last.getText('demo', 'alice')).toBe('x');
  expect(await last.removePassphrase()).toBe(true);
  expect(await (await open()).getText('demo', 'alice')).toBe('x');
});

describeStore('over a Secret Service', 'secret-service', missingSessionBus(), () => {
  test('[LIB21] migrate moves every credential, or shows what it would move', async () => {
    const service = await startSecretService();
    onTestFinished(() => service.stop());
    const { environment } = service;
    const store = await open({ environment, storage: 'auto' });
    await (await open({ environment })).set('demo', 'alice', 'x');
    const moved = { service: 'demo', account: 'alice', outcome: 'moved', from: 'file', to: 'secret-service' };
    expect(await store.migrate('keychain', { dryRun: true })).toMatchObject([moved]);
    expect(await store.list()).toMatchObject([{ store: 'file' }]);
    expect(await store.migrate('keychain')).toMatchObject([moved]);
    expect(await store.list()).toMatchObject([{ account: 'alice', store: 'secret-service' }]);
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(await store.migrate('file', { service: 'other' })).toEqual([]);
    expect(await store.migrate('file')).toMatchObject([{ outcome: 'moved', to: 'file' }]);
    expect(service.provider.items.size).toBe(0);
    await failure(store.migrate('cloud' as 'file'), 'invalid-input');
    await failure(store.migrate('file', { signal: AbortSignal.abort() }), 'cancelled');
  });

  test('[LIB20] repair removes the record of a credential that is gone', async () => {
    const service = await startSecretService();
    onTestFinished(() => service.stop());
    const store = await open({ environment: service.environment, storage: 'auto' });
    await store.set('demo', 'alice', 'x');
    expect(await store.repair()).toEqual([]);
    service.provider.items.clear();
    expect(await store.repair()).toMatchObject([
      { service: 'demo', account: 'alice', outcome: 'fixed', kinds: ['missing'], removedFrom: [] },
    ]);
    expect(await store.repair()).toEqual([]);
    await failure(store.repair({ keep: 'cloud' as 'file' }), 'invalid-input');
  });
});

describe('expiry', () => {
  const inTwoDays = new Date(Date.now() + 2 * 24 * 60 * 60 * 1000);

  test('[LIB60] is recorded by set, returned by list and report, and dropped by the next set without it', async () => {
    const store = await open();
    await store.set('demo', 'alice', 'x', { expiresAt: inTwoDays });
    const expiresAt = inTwoDays.toISOString();
    expect(await store.list()).toMatchObject([{ service: 'demo', account: 'alice', store: 'file', expiresAt }]);
    expect(await store.report()).toMatchObject({
      expiring: [{ service: 'demo', account: 'alice', expiresAt, expired: false }],
    });
    await store.set('demo', 'alice', 'y');
    expect((await store.list())[0]).not.toHaveProperty('expiresAt');
  });

  test('a secret that has expired is returned, with a notice', async () => {
    const notices: string[] = [];
    const store = await open({ onNotice: ({ code }) => void notices.push(code) });
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const expiresAt = new Date(Date.now() + 60_000);
    await store.set('demo', 'alice', 'x', { expiresAt });
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(notices).not.toContain('expired');
    vi.setSystemTime(expiresAt);
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(notices).toContain('expired');
  });

  test.each([new Date(0), new Date(Number.NaN), '2020-01-01', 'tomorrow', 7, '', {}, null])(
    '%j is not a time in the future, so nothing is stored',
    async (expiresAt) => {
      const store = await open();
      await failure(store.set('demo', 'alice', 'x', { expiresAt: expiresAt as Date }), 'invalid-input');
      expect(await store.list()).toEqual([]);
    },
  );
});
