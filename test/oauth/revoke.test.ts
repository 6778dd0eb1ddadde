import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf, providerForSuite, signInAt } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import type { Answer } from './stub-server.ts';

const provider = providerForSuite();
const without = providerForSuite({ revocation: false });

describe('revoking at oidc-provider', () => {
  test.each(['public', 'confidential'] as const)(
    'ends the tokens of a %s client, and again does no harm',
    async (kind) => {
      const server = clientOf(provider.current(), provider.current()[`${kind}Client`]);
      const { grant } = await signInAt(server);
      expect(await server.revoke(grant)).toBe('revoked');
      expect(await provider.current().isActive(grant.accessToken)).toBe(false);
      expect(await provider.current().isActive(grant.refreshToken ?? '')).toBe(false);
      const error = await failure(server.refresh(grant), 'not-signed-in');
      expectAllHidden(error, [grant.accessToken, grant.refreshToken]);
      expect(await server.revoke(grant)).toBe('revoked');
    },
  );

  test('a provider without a revocation endpoint is said to have none', async () => {
    const server = clientOf(without.current());
    const { grant } = await signInAt(server);
    expect(await server.revoke(grant)).toBe('unsupported');
    expect(await without.current().isActive(grant.accessToken)).toBe(true);
  });
});

describe('revoking where the answer is', () => {
  const grant = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };
  const refuse = (error: string): Answer => ({ status: 400, body: { error } });

  async function revokeAt(revocation: (parameters: URLSearchParams) => Answer) {
    const stub = await startStubProvider({ revocation });
    return clientOf(stub).revoke(grant);
  }

  test('that the token is gone already: revoked', async () => {
    expect(await revokeAt(() => refuse('invalid_token'))).toBe('revoked');
  });

  test('that access tokens are not revoked: revoked, since the refresh token is', async () => {
    const asked: (string | null)[] = [];
    const answer = await revokeAt((parameters) => {
      asked.push(parameters.get('token_type_hint'));
      return parameters.get('token_type_hint') === 'access_token' ? refuse('unsupported_token_type') : { body: '' };
    });
    expect(answer).toBe('revoked');
    expect(asked).toEqual(['refresh_token', 'access_token']);
  });

  test('to a grant without a refresh token: only the access token is spoken of', async () => {
    const asked: Record<string, string>[] = [];
    const stub = await startStubProvider({
      revocation(parameters) {
        asked.push(Object.fromEntries(parameters));
        return { body: '' };
      },
    });
    expect(await clientOf(stub).revoke({ accessToken: 'the-access-token' })).toBe('revoked');
    expect(asked).toEqual([{ client_id: 'native', token: 'the-access-token', token_type_hint: 'access_token' }]);
  });

  test('that a revocation is not for it: said to be one', async () => {
    const error = await failure(
      revokeAt(() => refuse('access_denied')),
      'sign-in-refused',
    );
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ refuses the revocation: access_denied$/);
  });

  test('that no token of any type is revoked: unsupported', async () => {
    expect(await revokeAt(() => refuse('unsupported_token_type'))).toBe('unsupported');
  });

  test('503: it could not be reached, and nothing is said to be revoked', async () => {
    const error = await failure(
      revokeAt(() => ({ status: 503, type: 'text/html', body: '<h1>the-refresh-token</h1>' })),
      'sign-in-unreachable',
    );
    expect(error.message).toContain('it answers with status 503');
    expectAllHidden(error, Object.values(grant));
  });
});
