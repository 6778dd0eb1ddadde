import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf, now, providerForSuite, signInAt } from './session.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite({ accessTokenSeconds: 90 });

describe('refreshing at oidc-provider', () => {
  test('gives a new access token and a new refresh token, and ends the old one', async () => {
    const server = clientOf(provider.current());
    const { grant } = await signInAt(server);
    const next = await server.refresh(grant);
    expect(next.accessToken).not.toBe(grant.accessToken);
    expect(next.refreshToken).not.toBe(grant.refreshToken);
    expect(next).toMatchObject({ expiresAt: '2026-11-03T09:01:30.000Z', scope: grant.scope, subject: grant.subject });
    expect(await provider.current().isActive(next.accessToken)).toBe(true);
    expect((await server.refresh(next)).subject).toEqual(grant.subject);
  });

  test.each(['public', 'confidential'] as const)(
    'an old refresh token of a %s client ends the whole sign-in',
    async (kind) => {
      const server = clientOf(provider.current(), provider.current()[`${kind}Client`]);
      const { grant } = await signInAt(server);
      const next = await server.refresh(grant);
      const reused = await failure(server.refresh(grant), 'not-signed-in');
      expect(reused.message).toMatch(/^the sign-in no longer holds: http:\/\/127.0.0.1:\d+ says .*\(invalid_grant\)$/);
      expect(reused.hint).toBe('sign in again');
      const ended = await failure(server.refresh(next), 'not-signed-in');
      expect(await provider.current().isActive(next.accessToken)).toBe(false);
      for (const error of [reused, ended]) {
        expectAllHidden(error, [grant.refreshToken, next.refreshToken, grant.accessToken, next.accessToken]);
      }
    },
  );

  test('finds the provider out once', async () => {
    const stub = await startStubProvider({});
    const server = clientOf(stub);
    const grant = { accessToken: 'an-access-token', refreshToken: 'a-refresh-token' };
    await server.refresh(await server.refresh(grant));
    expect(stub.asked).toEqual(['/.well-known/openid-configuration', '/token', '/token']);
  });

  test('without a refresh token nobody is asked', async () => {
    const server = clientOf({ issuer: 'http://127.0.0.1:1' });
    const error = await failure(server.refresh({ accessToken: 'an-access-token' }), 'not-signed-in');
    expect(error.message).toBe('the sign-in no longer holds: it came without a refresh token');
    expectAllHidden(error, ['an-access-token']);
  });
});

describe('what the provider does not send anew', () => {
  const before = {
    accessToken: 'old-access-token',
    refreshToken: 'old-refresh-token',
    expiresAt: now,
    scope: 'openid custom',
    subject: { id: 'stub', email: 'stub@example.com' },
  };

  test('is kept, but for the end of the token', async () => {
    const stub = await startStubProvider({
      token: () => ({ body: { access_token: 'new-access-token', token_type: 'bearer' } }),
    });
    const { expiresAt: _, ...kept } = before;
    const next = await clientOf(stub).refresh(before);
    expect(next).toEqual({ ...kept, accessToken: 'new-access-token' });
  });

  test('is absent where it was', async () => {
    const body = { access_token: 'new-access-token', token_type: 'bearer' };
    const stub = await startStubProvider({ token: () => ({ body }) });
    const next = await clientOf(stub).refresh({ accessToken: 'old-access-token', refreshToken: 'old-refresh-token' });
    expect(next).toStrictEqual({ accessToken: 'new-access-token', refreshToken: 'old-refresh-token' });
  });

  test('a token that is to hold for ever ends with the calendar', async () => {
    const body = { access_token: 'new-access-token', token_type: 'bearer', expires_in: 1e300 };
    const stub = await startStubProvider({ token: () => ({ body }) });
    const next = await clientOf(stub).refresh(before);
    expect(next.expiresAt).toBe('9999-12-31T23:59:59.999Z');
  });

  test('a refresh for another account is not taken', async () => {
    const stub = await startStubProvider({ claims: { sub: 'somebody else' } });
    const server = clientOf(stub);
    const error = await failure(server.refresh(before), 'sign-in-unreachable');
    expect(error.message).toContain('it refreshes another account');
    expectAllHidden(error, [before.refreshToken, ...Object.values(stub.tokens)]);
  });
});
