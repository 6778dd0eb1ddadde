import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { createClient, expectAllHidden, providerForSuite, signInAt } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';
import type { Answer } from './stub-server.ts';

const provider = providerForSuite();
const withoutRevocation = providerForSuite({ revocation: false });

describe('a revocation at oidc-provider', () => {
  test.each(['public', 'confidential'] as const)(
    'ends the tokens of a %s client, and can be repeated',
    async (kind) => {
      const server = createClient(provider.current(), provider.current()[`${kind}Client`]);
      const { tokens } = await signInAt(server);
      expect(await server.revoke(tokens)).toBe('revoked');
      expect(await provider.current().isActive(tokens.accessToken)).toBe(false);
      expect(await provider.current().isActive(tokens.refreshToken ?? '')).toBe(false);
      const error = await failure(server.refresh(tokens), 'not-signed-in');
      expectAllHidden(error, [tokens.accessToken, tokens.refreshToken]);
      expect(await server.revoke(tokens)).toBe('revoked');
    },
  );

  test('is unsupported without a revocation endpoint', async () => {
    const server = createClient(withoutRevocation.current());
    const { tokens } = await signInAt(server);
    expect(await server.revoke(tokens)).toBe('unsupported');
    expect(await withoutRevocation.current().isActive(tokens.accessToken)).toBe(true);
  });
});

describe('a revocation', () => {
  const tokens = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };
  const reject = (error: string): Answer => ({ status: 400, body: { error } });

  async function revokeAt(revocation: (parameters: URLSearchParams) => Answer) {
    const stub = await startStubProvider({ revocation });
    return createClient(stub).revoke(tokens);
  }

  test('of unknown tokens is revoked', async () => {
    expect(await revokeAt(() => reject('invalid_token'))).toBe('revoked');
  });

  test('is revoked if the server revokes only refresh tokens', async () => {
    const types: (string | null)[] = [];
    const outcome = await revokeAt((parameters) => {
      types.push(parameters.get('token_type_hint'));
      return parameters.get('token_type_hint') === 'access_token' ? reject('unsupported_token_type') : { body: '' };
    });
    expect(outcome).toBe('revoked');
    expect(types).toEqual(['refresh_token', 'access_token']);
  });

  test('is unsupported if the server revokes neither type', async () => {
    expect(await revokeAt(() => reject('unsupported_token_type'))).toBe('unsupported');
  });

  test('without a refresh token sends only the access token', async () => {
    const requests: Record<string, string>[] = [];
    const stub = await startStubProvider({
      revocation(parameters) {
        requests.push(Object.fromEntries(parameters));
        return { body: '' };
      },
    });
    expect(await createClient(stub).revoke({ accessToken: 'the-access-token' })).toBe('revoked');
    expect(requests).toEqual([{ client_id: 'native', token: 'the-access-token', token_type_hint: 'access_token' }]);
  });

  test('can be rejected', async () => {
    const { message } = await failure(
      revokeAt(() => reject('access_denied')),
      'sign-in-refused',
    );
    expect(message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ rejected the revocation: access_denied$/);
  });

  test('fails if the server is unavailable', async () => {
    const error = await failure(
      revokeAt(() => ({ status: 503, type: 'text/html', body: '<h1>the-refresh-token</h1>' })),
      'sign-in-unreachable',
    );
    expect(error.message).toContain('status 503');
    expectAllHidden(error, Object.values(tokens));
  });
});
