import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { decodeTokenSet, getTokens, type TokenOptions } from '../../src/app/tokens/get-tokens.ts';
import { encodeTokenSet, saveTokens } from '../../src/app/tokens/renew-tokens.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { TokenSet } from '../../src/domain/token-set.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const name = { service: 'api', account: 'alice' };

let world: World;
let spent: string[];
let nowMs: number;
beforeEach(() => {
  world = new World();
  spent = [];
  nowMs = Date.parse(world.context.clock());
});

const store = (tokens: TokenSet) => setCredential(world.context, name, encodeTokenSet(tokens));
const load = async () => decodeTokenSet((await world.stores['secret-service'].get(name)) as never, name);

/** A server that rotates refresh tokens, and accepts each once. */
async function refresh({ refreshToken = '' }: TokenSet): Promise<unknown> {
  if (spent.includes(refreshToken)) return { error: 'invalid_grant', error_description: `${refreshToken} was used` };
  spent.push(refreshToken);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { access_token: `access-${spent.length + 1}`, refresh_token: `refresh-${spent.length + 1}`, expires_in: 3600 };
}

function tokensFor(validMs: number): TokenSet {
  return {
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    obtainedAt: new Date(nowMs - 3_600_000).toISOString(),
    expiresAt: new Date(nowMs + validMs).toISOString(),
  };
}

async function token(options: TokenOptions = {}, context: Context = world.context): Promise<string | undefined> {
  return (await getTokens(context, name, { refresh, ...options }))?.accessToken;
}

describe('a token', () => {
  test('that is valid is returned without a request', async () => {
    await store(tokensFor(3_600_000));
    expect(await token()).toBe('access-1');
    expect(spent).toEqual([]);
  });

  test('that is not stored is undefined', async () => {
    expect(await token()).toBeUndefined();
  });

  test('is renewed for a longer margin', async () => {
    await store(tokensFor(300_000));
    expect(await token({ marginMs: 299_000 })).toBe('access-1');
    expect(await token({ marginMs: 301_000 })).toBe('access-2');
  });

  test('that has expired is renewed once for twenty callers, and stored where it was', async () => {
    await store(tokensFor(-1));
    const all = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(all)).toEqual(new Set(['access-2']));
    expect(spent).toEqual(['refresh-1']);
    expect(await load()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' });
  });

  test('is stored before a caller gets it', async () => {
    await store(tokensFor(-1));
    const returned = await token();
    expect((await load()).accessToken).toBe(returned);
  });

  test('keeps fields of a later version', async () => {
    await store({ ...tokensFor(-1), later: { nested: true } } as TokenSet);
    await token();
    expect(await load()).toMatchObject({ later: { nested: true }, accessToken: 'access-2' });
  });

  test('that a server rejects is renewed if it is still the stored one', async () => {
    await store(tokensFor(3_600_000));
    expect(await token({ rejected: 'access-0' })).toBe('access-1');
    expect(await token({ rejected: 'access-1' })).toBe('access-2');
    expect(await token({ rejected: 'access-1' })).toBe('access-2');
  });

  test('is renewed by force once, however many callers force it together', async () => {
    await store(tokensFor(3_600_000));
    const all = await Promise.all(Array.from({ length: 20 }, () => token({ force: true })));
    expect(new Set(all)).toEqual(new Set(['access-2']));
    expect(await token({ force: true })).toBe('access-3');
  });

  test('that is another secret is an error', async () => {
    await setCredential(world.context, name, textSecret('a password'));
    await failure(token(), 'invalid-input');
  });

  test('is not requested if the store cannot be written', async () => {
    await store(tokensFor(-1));
    world.write = async () => {
      throw new CredentialError('file-io', 'no space left on device');
    };
    await failure(token(), 'file-io');
    expect(spent).toEqual([]);
  });

  test('is kept in another store if its own fails after the request, with a warning', async () => {
    await store(tokensFor(-1));
    world.write = async (operation, perform) => {
      if (spent.length === 0 || operation !== 'set secret-service') return perform();
      throw new CredentialError('locked', 'locked by now');
    };
    expect(await token()).toBe('access-2');
    expect(world.warnings).toEqual([
      'the token is now in the encrypted file, because the Secret Service failed: locked by now',
    ]);
    world.write = (_, perform) => perform();
    expect(await token()).toBe('access-2');
  });

  test('is stored even if the caller was cancelled during the request', async () => {
    await store(tokensFor(-1));
    const controller = new AbortController();
    const cancelling = (tokens: TokenSet) => {
      controller.abort();
      return refresh(tokens);
    };
    await token({ refresh: cancelling }, { ...world.context, signal: controller.signal });
    expect(await load()).toMatchObject({ refreshToken: 'refresh-2' });
  });

  test('is not requested if the caller was cancelled before', async () => {
    await store(tokensFor(-1));
    const controller = new AbortController();
    const context = { ...world.context, signal: controller.signal };
    const lock = context.renewal.lockOf;
    const cancelling: Context['renewal'] = {
      ...context.renewal,
      lockOf: (name) => (work, options) => {
        controller.abort();
        if (options?.signal?.aborted) return Promise.reject(new CredentialError('cancelled', 'cancelled'));
        return lock(name)(work, options);
      },
    };
    await failure(token({}, { ...context, renewal: cancelling }), 'cancelled');
    expect(spent).toEqual([]);
  });

  test('that arrives too late is stored, and the caller was told', async () => {
    await store(tokensFor(-1));
    let late: Promise<unknown> | undefined;
    const renewal: Context['renewal'] = {
      ...world.context.renewal,
      withTimeLimit: async (_, work, onLimit) => {
        late = work(AbortSignal.abort());
        throw onLimit();
      },
    };
    const error = await failure(token({ limitMs: 2000 }, { ...world.context, renewal }), 'refresh-failed');
    expect(error.message).toBe('the token was not renewed within 2 s');
    await late;
    expect(await load()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' });
    expect(await token()).toBe('access-2');
  });
});

describe('a refresh that the server rejects', () => {
  beforeEach(() => store(tokensFor(-1)));

  test.each<[string, () => unknown]>([
    ['a response with that error', () => ({ error: 'invalid_grant' })],
    [
      'an error of openid-client',
      () =>
        Promise.reject(
          Object.assign(new Error('server responded with an error'), {
            error: 'invalid_grant',
            code: 'OAUTH_RESPONSE_BODY_ERROR',
          }),
        ),
    ],
    ['an error with that code', () => Promise.reject(Object.assign(new Error('no'), { code: 'invalid_grant' }))],
    ['an error with that cause', () => Promise.reject(new Error('no', { cause: { error: 'invalid_grant' } }))],
    [
      'an error of axios',
      () => Promise.reject(Object.assign(new Error('no'), { response: { data: { error: 'invalid_grant' } } })),
    ],
    ['a CredentialError', () => Promise.reject(new CredentialError('refresh-rejected', 'no'))],
    ['a CredentialError of a sign-in', () => Promise.reject(new CredentialError('not-signed-in', 'no'))],
  ])('is refresh-rejected: %s', async (_, answer) => {
    const error = await failure(token({ refresh: async () => answer() }), 'refresh-rejected');
    expect(error.hint).toBeDefined();
    expect((await load()).refreshToken).toBe('refresh-1');
  });

  test('is not repeated by those that waited for it, but by the next caller', async () => {
    let requests = 0;
    const rejecting = async () => {
      requests += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { error: 'invalid_grant' };
    };
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => token({ refresh: rejecting })));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(requests).toBe(1);
    await failure(token({ refresh: rejecting }), 'refresh-rejected');
    expect(requests).toBe(2);
    expect(await token()).toBe('access-2');
    expect(await load()).not.toHaveProperty('failure');
  });

  test('doesn’t matter if another process has stored other tokens meanwhile', async () => {
    const racing = async () => {
      await store({ ...tokensFor(3_600_000), accessToken: 'other' });
      return { error: 'invalid_grant' };
    };
    expect(await token({ refresh: racing })).toBe('other');
  });
});

describe('a refresh that fails otherwise', () => {
  beforeEach(() => store({ ...tokensFor(-1), extra: { id_token: 'a-long-identity-token' } }));

  test.each<[string, () => unknown, string]>([
    [
      'another error of the server',
      () => ({ error: 'server_error', error_description: 'try later' }),
      'try later (server_error)',
    ],
    ['no response', () => undefined, 'the response has no access token'],
    ['garbage', () => 'garbage', 'the response has no access token'],
    ['an empty object', () => ({}), 'the response has no access token'],
    ['an empty access token', () => ({ access_token: '' }), 'the response has no access token'],
    [
      'an error',
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
      'fetch failed: connect ECONNREFUSED',
    ],
    ['no error', () => Promise.reject('refresh-1'), 'the refresh failed'],
    ['a response that is not JSON', () => JSON.parse('<html>'), 'the response is not JSON'],
    [
      'an error that repeats the tokens',
      () => Promise.reject(new Error('sent refresh-1 and access-1 and a-long-identity-token')),
      'sent [secret] and [secret] and [secret]',
    ],
    [
      'an error that repeats a new token',
      () => Promise.reject(new Error('got {"access_token":"eyJhbGciOiJIUzI1NiJ9.x"}')),
      'got {"access_token":"[secret].x"}',
    ],
  ])('is refresh-failed: %s', async (_, answer, reason) => {
    const error = await failure(token({ refresh: async () => answer() }), 'refresh-failed');
    expect(error.message).toBe(`the token could not be renewed: ${reason}`);
    expect(error.cause).toBeUndefined();
    expect((await load()).refreshToken).toBe('refresh-1');
    expect(await token()).toBe('access-2');
  });

  test('keeps a new refresh token that came without an access token', async () => {
    await failure(token({ refresh: async () => ({ refresh_token: 'refresh-9' }) }), 'refresh-failed');
    expect(await load()).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-9' });
  });
});

describe('what a refresh returns', () => {
  beforeEach(() => store(tokensFor(-1)));

  test('can be a token set, whose time is that of the request', async () => {
    const expiresAt = new Date(nowMs + 9_000_000).toISOString();
    await token({ refresh: async (old) => ({ ...old, accessToken: 'new', expiresAt }) });
    expect(await load()).toMatchObject({ accessToken: 'new', refreshToken: 'refresh-1', expiresAt });
    expect(Date.parse((await load()).obtainedAt ?? '')).toBeGreaterThanOrEqual(nowMs);
  });

  test('can be a response without a refresh token: the old one stays', async () => {
    await token({ refresh: async () => ({ access_token: 'new' }) });
    expect(await load()).toMatchObject({ accessToken: 'new', refreshToken: 'refresh-1' });
    expect(await load()).not.toHaveProperty('expiresAt');
  });
});

describe('without a refresh of the caller', () => {
  const renewal = { issuer: 'https://id.example', clientId: 'c' };
  const withServer = (refresh: NonNullable<Context['renewal']['refresh']>): Context => ({
    ...world.context,
    renewal: { ...world.context.renewal, refresh },
  });

  test('a token is renewed as the stored set says', async () => {
    await store({ ...tokensFor(-1), renewal });
    const context = withServer(async (tokens) => ({ tokens: { ...tokens, accessToken: 'new' } }));
    expect(await token({ refresh: undefined }, context)).toBe('new');
    expect(await load()).toMatchObject({ renewal });
  });

  test('a server that the caller names is used, and not stored', async () => {
    await store(tokensFor(-1));
    const asked: unknown[] = [];
    const context = withServer(async (tokens) => {
      asked.push(tokens.renewal);
      return { tokens: { ...tokens, accessToken: 'new' } };
    });
    expect(await token({ refresh: undefined, renewal }, context)).toBe('new');
    expect(asked).toEqual([renewal]);
    expect(await load()).not.toHaveProperty('renewal');
  });

  test('a token that nothing can renew is refresh-rejected', async () => {
    await store(tokensFor(-1));
    await failure(token({ refresh: undefined }), 'refresh-rejected');
  });

  test.each([
    ['not-signed-in', 'refresh-rejected'],
    ['sign-in-unreachable', 'refresh-failed'],
    ['sign-in-refused', 'refresh-failed'],
    ['invalid-setting', 'invalid-setting'],
  ] as const)('its error %s becomes %s', async (code, expected) => {
    await store({ ...tokensFor(-1), renewal });
    const context = withServer(() => Promise.reject(new CredentialError(code, 'why', { hint: 'what now' })));
    const error = await failure(token({ refresh: undefined }, context), expected);
    expect(error).toMatchObject({ message: 'why', hint: 'what now' });
  });
});

describe('tokens that are stored', () => {
  test('can be a response or a token set', async () => {
    await saveTokens(world.context, name, { access_token: 'a', expires_in: '60' });
    expect(await load()).toMatchObject({ accessToken: 'a' });
    await saveTokens(
      world.context,
      name,
      { accessToken: 'b' },
      { renewal: { issuer: 'https://id.example', clientId: 'c' } },
    );
    expect(await load()).toMatchObject({ accessToken: 'b', renewal: { clientId: 'c' } });
  });

  test.each([undefined, 'token', {}, { accessToken: '' }, { error: 'invalid_grant' }])(
    'are not %j, and the old ones stay',
    async (given) => {
      await store(tokensFor(1000));
      await failure(saveTokens(world.context, name, given), 'invalid-input');
      expect((await load()).accessToken).toBe('access-1');
    },
  );
});

describe('a refresh that returns or throws what it should not', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const fails = {
    toJSON() {
      throw new Error('not for JSON');
    },
  };
  const fresh = { access_token: 'new', refresh_token: 'refresh-new', expires_in: 3600 };

  test.each([
    ['a cycle', cyclic],
    ['a bigint', 1n],
    ['what JSON.stringify throws for', fails],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
  ])('%s beside the tokens loses none of them', async (_, value) => {
    await store(tokensFor(-1));
    expect(await token({ refresh: async () => ({ ...fresh, value }) })).toBe('new');
    const stored = await load();
    expect(stored).toMatchObject({ accessToken: 'new', refreshToken: 'refresh-new' });
    expect(stored.extra).toBeUndefined();
  });

  test('a property that throws loses none of the tokens', async () => {
    await store(tokensFor(-1));
    const response = Object.defineProperty({ ...fresh }, 'claims', {
      enumerable: true,
      get() {
        throw new Error('no claims');
      },
    });
    expect(await token({ refresh: async () => response })).toBe('new');
    expect((await load()).refreshToken).toBe('refresh-new');
  });

  test('tokens with accessors are read', async () => {
    await store(tokensFor(-1));
    class Response {
      get access_token() {
        return 'new';
      }
      get expires_in() {
        return 3600;
      }
    }
    expect(await token({ refresh: async () => new Response() })).toBe('new');
    expect((await load()).expiresAt).toBeDefined();
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['""', ''],
    ['a number', 5],
    ['with a line break', 'r\nx'],
  ])('a refresh token that is %s leaves the old one', async (_, refreshToken) => {
    await store(tokensFor(-1));
    expect(await token({ refresh: async () => ({ accessToken: 'new', refreshToken }) })).toBe('new');
    expect((await load()).refreshToken).toBe('refresh-1');
  });

  test.each([
    ['a date', (time: number) => ({ expiresAt: new Date(time) })],
    ['milliseconds', (time: number) => ({ expiresAt: time })],
    ['seconds', (time: number) => ({ expiresAt: time / 1000 })],
    ['text', (time: number) => ({ expiresAt: new Date(time).toISOString() })],
  ])('an expiry as %s is understood', async (_, toFields) => {
    await store(tokensFor(-1));
    const time = nowMs + 3_600_000;
    expect(await token({ refresh: async () => ({ accessToken: 'new', ...toFields(time) }) })).toBe('new');
    expect((await load()).expiresAt).toBe(new Date(time).toISOString());
  });

  test('a lifetime in seconds counts in a token set too', async () => {
    await store(tokensFor(-1));
    await token({ refresh: async () => ({ accessToken: 'new', expires_in: 60, refresh_token: 'refresh-new' }) });
    const { obtainedAt, expiresAt, refreshToken } = await load();
    expect(Date.parse(expiresAt ?? '') - Date.parse(obtainedAt ?? '')).toBe(60_000);
    expect(refreshToken).toBe('refresh-new');
  });

  test('an access token that could end a header is none', async () => {
    await store(tokensFor(-1));
    await failure(token({ refresh: async () => ({ accessToken: 'a\r\nX: y' }) }), 'refresh-failed');
    await failure(saveTokens(world.context, name, { accessToken: 'a\r\nX: y' }), 'invalid-input');
    expect((await load()).accessToken).toBe('access-1');
  });

  test('the old tokens are not returned as valid ones', async () => {
    await store(tokensFor(-1));
    await failure(token({ refresh: async (old) => old }), 'refresh-failed');
    await failure(token({ refresh: async (old) => ({ ...old }) }), 'refresh-failed');
  });

  const own = new Error('own cause');
  own.cause = own;
  const throws = () => {
    throw new Error('a trap');
  };
  test.each([
    ['nothing', undefined],
    ['text', 'refresh-1'],
    ['an error that is its own cause', own],
    ['an error without a readable message', Object.defineProperty(new Error('x'), 'message', { get: throws })],
    ['a proxy', new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws })],
  ])('%s that is thrown is refresh-failed', async (_, thrown) => {
    await store(tokensFor(-1));
    const error = await failure(
      token({
        refresh: async () => {
          throw thrown;
        },
      }),
      'refresh-failed',
    );
    expect(error.message).not.toContain('refresh-1');
  });
});

test('one who cannot renew a token does not make others fail', async () => {
  await store(tokensFor(-1));
  const able = token();
  const { refresh: _, ...unable } = { refresh };
  const results = await Promise.allSettled([getTokens(world.context, name, unable), able, token()]);
  expect(results.map(({ status }) => status)).toContain('fulfilled');
  expect(results.slice(1).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('a secret that another program stores during a renewal stays, and no other store gets the tokens', async () => {
  await store(tokensFor(-1));
  const interrupted = async (tokens: TokenSet) => {
    await setCredential(world.context, name, textSecret('a password'));
    return refresh(tokens);
  };
  expect(await token({ refresh: interrupted })).toBe('access-2');
  expect(await getCredential(world.context, name)).toEqual(textSecret('a password'));
  expect(await world.stores.file.get(name)).toBeUndefined();
});
