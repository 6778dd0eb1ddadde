import { describe, expect, test, vi } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/sign-in/oauth/authorization-server.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { type ShownPage, visit } from './fake-browser.ts';
import { clock, createClient, expectAllHidden, now, signInAt } from './oauth-client.ts';
import { type StubScript, startStubProvider } from './stub-provider.ts';
import type { Answer } from './stub-server.ts';

const previous = {
  accessToken: 'old-access-token',
  refreshToken: 'old-refresh-token',
  expiresAt: '2026-11-03T08:00:00.000Z',
  scope: 'openid custom',
  subject: { id: 'stub' },
};
const sent = { access_token: 'new-access-token', refresh_token: 'new-refresh-token', token_type: 'Bearer' };

async function refreshAt(script: StubScript) {
  const { issuer } = await startStubProvider(script);
  const server = createAuthorizationServer({ issuer, clientId: 'native', clock });
  return server.refresh(previous);
}

const refreshWith = (answer: Answer) => refreshAt({ token: () => answer });

/** What a refresh must never lose. */
const renewed = { accessToken: 'new-access-token', refreshToken: 'new-refresh-token' };

describe('a refresh returns the tokens of a response', () => {
  test.each<[string, Answer]>([
    ['with an ID token that is null', { body: { ...sent, id_token: null } }],
    ['with an ID token that is a number', { body: { ...sent, id_token: 7 } }],
    ['with an invalid ID token', { body: { ...sent, id_token: 'x.y' } }],
    ['with a scope that is null', { body: { ...sent, scope: null } }],
    ['with a scope that is a list', { body: { ...sent, scope: ['a'] } }],
    ['without a token type', { body: { ...sent, token_type: undefined } }],
    ['with a token type that is null', { body: { ...sent, token_type: null } }],
    ['with a token type in upper case', { body: { ...sent, token_type: 'BEARER' } }],
    ['with unknown fields', { body: { ...sent, __proto__: null, ext_expires_in: 5, extra: { nested: [null] } } }],
    ['with a byte order mark', { body: `\ufeff${JSON.stringify(sent)}` }],
    ['of type text/html', { type: 'text/html; charset=utf-8', body: JSON.stringify(sent) }],
    ['of type text/plain', { type: 'text/plain', body: JSON.stringify(sent) }],
    ['without a type', { type: '', body: JSON.stringify(sent) }],
    ['with status 201', { status: 201, body: sent }],
    ['that is a form', { type: 'application/x-www-form-urlencoded', body: String(new URLSearchParams(sent)) }],
  ])('%s', async (title, answer) => {
    const { tokens, problem } = await refreshWith(answer);
    expect(problem).toBeUndefined();
    const { extra, ...known } = tokens;
    if (extra) expect(title).toBe('with unknown fields');
    expect(known).toEqual({ ...renewed, obtainedAt: now, scope: previous.scope, subject: previous.subject });
  });

  test.each<[unknown, string | undefined]>([
    [60, '2026-11-03T09:01:00.000Z'],
    ['60', '2026-11-03T09:01:00.000Z'],
    [' 60 ', '2026-11-03T09:01:00.000Z'],
    [59.5, '2026-11-03T09:00:59.500Z'],
    ['59.5', '2026-11-03T09:00:59.500Z'],
    [0, now],
    [-1, now],
    ['-1', now],
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    [{ seconds: 60 }, undefined],
    [true, undefined],
  ])('with expires_in %j', async (expiresIn, expiresAt) => {
    const { tokens } = await refreshWith({ body: { ...sent, expires_in: expiresIn } });
    expect(tokens).toMatchObject(renewed);
    expect(tokens.expiresAt).toBe(expiresAt);
  });

  test.each(['', null, 7, ['x'], 'with\nnewline'])(
    'with the refresh token %j, and keeps the old one',
    async (token) => {
      const { tokens } = await refreshWith({ body: { ...sent, refresh_token: token } });
      expect(tokens).toMatchObject({ accessToken: 'new-access-token', refreshToken: 'old-refresh-token' });
    },
  );

  const nowSeconds = Math.floor(Date.now() / 1000);
  test.each<[string, StubScript]>([
    ['another nonce', { claims: { nonce: 'another' } }],
    ['another client', { claims: { aud: 'another' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an expiry that has passed', { claims: { iat: nowSeconds - 3600, exp: nowSeconds - 60 } }],
    ['a time of issue in the future', { claims: { iat: nowSeconds + 86_400, exp: nowSeconds + 90_000 } }],
    ['no subject', { claims: { sub: undefined } }],
    ['a forged signature', { forged: true }],
  ])('whose ID token has %s', async (_, script) => {
    const { tokens, problem } = await refreshAt(script);
    expect(problem).toBeUndefined();
    expect(tokens).toMatchObject({
      accessToken: 'access-token-of-the-stub',
      refreshToken: 'refresh-token-of-the-stub',
      subject: previous.subject,
    });
  });
});

describe('a refresh returns the new refresh token with the old access token, and a problem,', () => {
  test.each<[string, StubScript, string]>([
    ['if the tokens are for another account', { claims: { sub: 'somebody else' } }, 'for another account'],
    ['if they are not bearer tokens', { tokenType: 'DPoP' }, 'not bearer tokens'],
    ['if the type is unknown', { tokenType: 'mac' }, 'not bearer tokens'],
  ])('%s', async (_, script, reason) => {
    const { tokens, problem } = await refreshAt(script);
    expect(tokens).toEqual({ ...previous, refreshToken: 'refresh-token-of-the-stub' });
    expect(problem).toMatchObject({ code: 'sign-in-unreachable' });
    expect(problem?.message).toContain(reason);
    expectAllHidden(problem, ['access-token-of-the-stub', 'refresh-token-of-the-stub']);
  });

  test.each([undefined, null, '', 7])('if the access token is %j', async (token) => {
    const { tokens, problem } = await refreshWith({ body: { ...sent, access_token: token } });
    expect(tokens).toEqual({ ...previous, refreshToken: 'new-refresh-token' });
    expect(problem?.message).toContain('"access_token"');
    expectAllHidden(problem, ['new-refresh-token']);
  });
});

describe('a refresh fails', () => {
  test('with the error of a response whose status is 200', async () => {
    const response = refreshWith({ body: { error: 'invalid_grant' } });
    await expect(response).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  test.each([null, [], 'x', {}])('if the response is %j', async (body) => {
    await expect(refreshWith({ body })).rejects.toMatchObject({ code: 'sign-in-unreachable' });
  });

  test('if it is cancelled before the request, which is not sent', async () => {
    const controller = new AbortController();
    const stub = await startStubProvider({ before: async () => controller.abort() });
    const refresh = createClient(stub).refresh(previous, { signal: controller.signal });
    await expect(refresh).rejects.toMatchObject({ code: 'cancelled' });
    expect(stub.asked).toEqual(['/.well-known/openid-configuration']);
  });
});

test('a refresh that is cancelled during the request returns the tokens', async () => {
  const controller = new AbortController();
  const stub = await startStubProvider({ before: async (path) => path === '/token' && controller.abort() });
  const tokens = await createClient(stub).refresh(previous, { signal: controller.signal });
  expect(tokens.refreshToken).toBe('refresh-token-of-the-stub');
});

describe('a sign-in', () => {
  test.each([-600, 600])('succeeds if the clock of this machine is %i s off', async (seconds) => {
    const shift = (time: number) => Math.floor((time - seconds * 1000) / 1000);
    const stub = await startStubProvider({
      serverTime: () => new Date(Date.now() - seconds * 1000),
      claims: { iat: shift(Date.now()), exp: shift(Date.now()) + 60, nbf: shift(Date.now()) },
    });
    expect((await signInAt(createClient(stub))).tokens.accessToken).toBe(stub.tokens.access_token);
  });

  test('that is cancelled during the exchange of the code is saved, and the browser shows it', async () => {
    const controller = new AbortController();
    const save = vi.fn(async () => {});
    const stub = await startStubProvider({ before: async (path) => path === '/jwks' && controller.abort() });
    const { page } = await signInAt(createClient(stub), controller.signal, { save });
    expect(save).toHaveBeenCalledOnce();
    expect(page.html).toContain('You are signed in');
  });

  test('that cannot be saved fails in the program and in the browser, with the same error', async () => {
    const full = new CredentialError('file-io', 'no space left on device');
    let page: Promise<ShownPage> | undefined;
    const signedIn = createClient(await startStubProvider({})).signIn({
      openUrl: (url) => {
        page = visit(url);
      },
      save: () => Promise.reject(full),
    });
    await expect(signedIn).rejects.toBe(full);
    expect((await page)?.html).toContain('You are not signed in');
  });

  test.each<[string, Record<string, unknown>]>([
    ['expires_in as text', { expires_in: '60' }],
    ['no token type', { token_type: undefined }],
    ['a scope that is null', { scope: null }],
  ])('succeeds with %s', async (_, changes) => {
    const stub = await startStubProvider({ change: changes });
    expect((await signInAt(createClient(stub))).tokens).toMatchObject({ accessToken: stub.tokens.access_token });
  });
});
