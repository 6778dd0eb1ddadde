import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApplicationStore, CredentialError, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { createMemoryStore } from '../faults/memory.ts';

let home: string;
let store: ApplicationStore;
let requests: number;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'keystow-tokens-'));
  store = await open();
  requests = 0;
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const open = () => openCredentialStore({ application: 'acme', storage: 'file', environment: { HOME: home } });

/** Rotates refresh tokens. */
async function refresh({ refreshToken }: { readonly refreshToken?: string }) {
  requests += 1;
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (refreshToken !== `r${requests}`) return { error: 'invalid_grant' };
  return { access_token: `a${requests + 1}`, refresh_token: `r${requests + 1}`, expires_in: 3600 };
}

const token = (options = {}) => store.token('api', 'alice', { refresh, ...options });
const expired = { access_token: 'a1', refresh_token: 'r1', expires_in: 0 };
const valid = { ...expired, expires_in: 3600 };

describe('token', () => {
  test('is not-signed-in if nothing is stored', async () => {
    const error = await failure(token(), 'not-signed-in');
    expect(error.message).toBe('no token is stored for api alice');
  });

  test('returns a valid one without refresh', async () => {
    expect(await store.setToken('api', 'alice', valid)).toMatchObject({ store: 'file', replaced: false });
    expect(await store.token('api', 'alice')).toBe('a1');
  });

  test('[TOK1] renews an expired one once for many callers, and for another store of the same application', async () => {
    await store.setToken('api', 'alice', expired);
    await using other = await open();
    const calls = Array.from({ length: 10 }, () => [token(), other.token('api', 'alice', { refresh })]).flat();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['a2']));
    expect(requests).toBe(1);
    expect(await store.getJson('api', 'alice')).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
  });

  test('with force renews the one that this store has returned, not one that somebody else has renewed', async () => {
    await store.setToken('api', 'alice', valid);
    await using other = await open();
    expect([await token(), await other.token('api', 'alice')]).toEqual(['a1', 'a1']);
    expect(await token({ force: true })).toBe('a2');
    expect(await other.token('api', 'alice', { refresh, force: true })).toBe('a2');
    expect(requests).toBe(1);
    expect(await other.token('api', 'alice', { refresh, force: true })).toBe('a3');
  });

  test('with force renews the stored one if this store has returned none', async () => {
    await store.setToken('api', 'alice', valid);
    expect(await token({ force: true })).toBe('a2');
  });

  test('with a rejected one renews that, once', async () => {
    await store.setToken('api', 'alice', valid);
    const all = await Promise.all(Array.from({ length: 10 }, () => token({ rejected: 'a1' })));
    expect(new Set(all)).toEqual(new Set(['a2']));
    expect(await token({ rejected: 'a1' })).toBe('a2');
    expect(requests).toBe(1);
  });

  test('that is cancelled rejects immediately, and others still get the result', async () => {
    await store.setToken('api', 'alice', expired);
    const controller = new AbortController();
    const aborting = async (tokens: { readonly refreshToken?: string }) => {
      controller.abort();
      return refresh(tokens);
    };
    const [cancelled, other] = [token({ refresh: aborting, signal: controller.signal }), token({ refresh: aborting })];
    await failure(cancelled, 'cancelled');
    expect(await other).toBe('a2');
  });

  test('whose only caller is cancelled is still stored, before close resolves', async () => {
    await store.setToken('api', 'alice', expired);
    const controller = new AbortController();
    const aborting = async (tokens: { readonly refreshToken?: string }) => {
      controller.abort();
      return refresh(tokens);
    };
    await failure(token({ refresh: aborting, signal: controller.signal }), 'cancelled');
    await store.close();
    store = await open();
    expect(await token()).toBe('a2');
    expect(requests).toBe(1);
  });

  test('takes what refresh throws for refresh-failed, without tokens in the error', async () => {
    await store.setToken('api', 'alice', { ...expired, refresh_token: 'a-refresh-token-that-is-long' });
    const error = await failure(
      token({
        refresh: () => {
          throw new Error('no connection: a-refresh-token-that-is-long');
        },
      }),
      'refresh-failed',
    );
    expect(error.message).toBe('the token could not be renewed: no connection: [secret]');
    expect(error.cause).toBeUndefined();
  });

  test('takes invalid_grant for refresh-rejected', async () => {
    await store.setToken('api', 'alice', { ...expired, refresh_token: 'spent' });
    await failure(token(), 'refresh-rejected');
  });

  test('abandons a refresh that hangs after its limit, and aborts its signal', async () => {
    await store.setToken('api', 'alice', expired);
    let told = false;
    const hanging = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise(() => signal.addEventListener('abort', () => (told = true)));
    await failure(token({ refresh: hanging, limitMs: 50 }), 'refresh-failed');
    expect(told).toBe(true);
    expect(await token()).toBe('a2');
  });

  test('is never a secret of another kind', async () => {
    await store.set('api', 'alice', 'a password');
    await failure(token(), 'invalid-input');
  });
});

test('setToken rejects a response without an access token, and keeps the old tokens', async () => {
  await store.setToken('api', 'alice', valid);
  await failure(store.setToken('api', 'alice', { error: 'invalid_grant' }), 'invalid-input');
  expect(await token()).toBe('a1');
});

describe('update', () => {
  test('replaces, creates and deletes a secret', async () => {
    const append = (text: string) =>
      store.update('api', 'n', (old) => `${old ? Buffer.from(old.expose()).toString() : ''}${text}`);
    expect((await append('a'))?.equals(new Secret(Buffer.from('a')))).toBe(true);
    await append('b');
    expect(await store.getText('api', 'n')).toBe('ab');
    expect(await store.update('api', 'n', () => undefined)).toBeUndefined();
    expect(await store.has('api', 'n')).toBe(false);
  });

  test('of two stores at the same time loses nothing', async () => {
    await using other = await open();
    const increment = (one: ApplicationStore) =>
      one.update('api', 'n', async (old) => String(Number(old ? Buffer.from(old.expose()).toString() : 0) + 1));
    await Promise.all([store, other].flatMap((one) => Array.from({ length: 10 }, () => increment(one))));
    expect(await store.getText('api', 'n')).toBe('20');
  });

  test('that throws keeps the old secret, and rejects with the same error', async () => {
    await store.set('api', 'n', 'a');
    const thrown = new CredentialError('failed', 'no');
    await expect(store.update('api', 'n', () => Promise.reject(thrown))).rejects.toBe(thrown);
    await failure(
      store.update('api', 'n', () => 7 as never),
      'invalid-input',
    );
    await failure(
      store.update('api', 'n', () => ''),
      'invalid-input',
    );
    expect(await store.getText('api', 'n')).toBe('a');
  });

  test('within an update of the same credential fails after its limit, and names this process', async () => {
    await store.set('api', 'n', 'a');
    const nested = store.update('api', 'n', async () => {
      await store.update('api', 'n', () => 'c', { limitMs: 100 });
      return 'b';
    });
    const error = await failure(nested, 'file-busy');
    expect(error.message).toContain(`process ${process.pid}`);
    expect(await store.getText('api', 'n')).toBe('a');
  });

  test('within an update of the same credential in memory fails after its limit too, and the next one works', async () => {
    await using memory = await openCredentialStore({ application: 'acme', stores: [createMemoryStore()] });
    await memory.set('api', 'n', 'a');
    const nested = memory.update('api', 'n', async () => {
      await memory.update('api', 'n', () => 'c', { limitMs: 100 });
      return 'b';
    });
    await failure(nested, 'file-busy');
    await memory.update('api', 'n', () => 'd');
    expect(await memory.getText('api', 'n')).toBe('d');
  });
});

describe('options', () => {
  test('can be null', async () => {
    await store.setToken('api', 'alice', valid, null as never);
    expect(await store.token('api', 'alice', null as never)).toBe('a1');
    expect(String(await store.update('api', 'n', () => 'a', null as never))).not.toContain('undefined');
  });

  test.each([
    [{ limitMs: 0 }],
    [{ limitMs: Number.NaN }],
    [{ limitMs: Number.POSITIVE_INFINITY }],
    [{ limitMs: '30' as never }],
    [{ marginMs: Number.NaN }],
    [{ marginMs: -1 }],
    [{ refresh: 'acme' as never }],
  ])('%o is invalid-input, and no token is returned', async (options) => {
    await store.setToken('api', 'alice', expired);
    await failure(token(options), 'invalid-input');
    expect(requests).toBe(0);
  });

  test('of update are checked too', async () => {
    await failure(
      store.update('api', 'alice', () => 'new', { limitMs: Number.NaN }),
      'invalid-input',
    );
    await failure(store.update('api', 'alice', 'new' as never), 'invalid-input');
  });
});

test('a caller that comes when the others have cancelled is not cancelled', async () => {
  await store.setToken('api', 'alice', expired);
  const controller = new AbortController();
  const first = token({ signal: controller.signal });
  controller.abort();
  const second = token();
  await failure(first, 'cancelled');
  expect(await second).toBe('a2');
});

test('a caller without refresh does not make one with refresh fail', async () => {
  await store.setToken('api', 'alice', expired);
  const unable = failure(store.token('api', 'alice'), 'refresh-rejected');
  const able = token();
  expect(await able).toBe('a2');
  await unable.catch(() => undefined);
});
