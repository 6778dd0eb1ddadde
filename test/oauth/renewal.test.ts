import { describe, expect, test } from 'vitest';
import { refreshTokens } from '../../src/adapters/sign-in/oauth/authorization-server.ts';
import type { TokenRenewal } from '../../src/domain/token-set.ts';
import { failure } from '../contract/errors.ts';
import { clock, expectAllHidden, now } from './oauth-client.ts';
import { startStub } from './stub-server.ts';

const stored = { accessToken: 'old-access-token', refreshToken: 'a-s3cret-refresh-token' };
const body = { access_token: 'new-access-token', token_type: 'bearer' };

/** A server whose metadata names the endpoint `/token`, which records what it receives. */
async function startServer(answer: { readonly status?: number; readonly body: unknown } = { body }) {
  const received: { readonly form: Readonly<Record<string, string>>; readonly authorization: string | undefined }[] =
    [];
  const server = await startStub((path, parameters, authorization) => {
    const { issuer } = server;
    if (path !== '/token') return { body: { issuer, token_endpoint: `${issuer}/token` } };
    received.push({ form: Object.fromEntries(parameters), authorization });
    return answer;
  });
  return { ...server, received };
}

const renew = (renewal: TokenRenewal, environment: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
  refreshTokens({ ...stored, renewal }, { environment, clock, ...(signal && { signal }) });

describe('tokens that say how to renew them', () => {
  test('are renewed at the token endpoint that the issuer names', async () => {
    const { issuer, received, asked } = await startServer();
    const renewal = { issuer, clientId: 'a-client' };
    const { tokens, problem } = await renew(renewal);
    expect(problem).toBeUndefined();
    expect(tokens).toEqual({ ...stored, accessToken: 'new-access-token', obtainedAt: now, renewal });
    expect(asked).toEqual(['/.well-known/openid-configuration', '/token']);
    const form = { grant_type: 'refresh_token', refresh_token: stored.refreshToken, client_id: 'a-client' };
    expect(received).toEqual([{ form, authorization: undefined }]);
  });

  test('are renewed at a token endpoint without metadata, which may have a query', async () => {
    for (const query of ['', '?tenant=s3cret-tenant']) {
      const { issuer, asked } = await startServer();
      const { tokens } = await renew({ tokenEndpoint: `${issuer}/token${query}`, clientId: 'a-client' });
      expect(tokens.accessToken).toBe('new-access-token');
      expect(asked).toEqual(['/token']);
    }
  });

  test('are renewed with the scope that they ask for, if any', async () => {
    const { issuer, received } = await startServer();
    await renew({ issuer, clientId: 'a-client', scope: 'read write' });
    await renew({ issuer, clientId: 'a-client' });
    expect(received.map(({ form }) => form.scope)).toEqual(['read write', undefined]);
  });

  test.each([
    ['stored with them', { clientSecret: 'a-client-s3cret' }],
    ['in the variable that they name', { clientSecretVariable: 'CLIENT_SECRET', clientSecret: 'unused' }],
  ])('are renewed with the client secret %s', async (_, where) => {
    const { issuer, received } = await startServer();
    await renew({ issuer, clientId: 'client', ...where }, { CLIENT_SECRET: 'a-client-s3cret' });
    const expected = `Basic ${Buffer.from('client:a%2Dclient%2Ds3cret').toString('base64')}`;
    expect(received.map(({ authorization }) => authorization)).toEqual([expected]);
  });

  test.each([{}, { CLIENT_SECRET: '' }])(
    'are not renewed if that variable is missing or empty: %j',
    async (environment) => {
      const { issuer, asked } = await startServer();
      const renewal = {
        issuer,
        clientId: 'client',
        clientSecretVariable: 'CLIENT_SECRET',
        clientSecret: 'a-client-s3cret',
      };
      const error = await failure(renew(renewal, environment), 'invalid-setting');
      expect(error.message).toContain('CLIENT_SECRET is not set');
      expect(error.hint).toContain('set CLIENT_SECRET');
      expect(asked).toEqual([]);
    },
  );

  test('report the server by its issuer, or by its token endpoint without the query', async () => {
    const { issuer } = await startServer({ status: 400, body: { error: 'invalid_grant' } });
    for (const [renewal, name] of [
      [{ issuer }, issuer],
      [{ tokenEndpoint: `${issuer}/token?key=s3cret-key` }, `${issuer}/token`],
    ] as const) {
      const error = await failure(renew({ clientId: 'a-client', ...renewal }), 'not-signed-in');
      expect(error.message).toContain(`${name} reports invalid_grant`);
      expectAllHidden(error, [stored.refreshToken, 's3cret-key']);
    }
  });

  test('are not renewed at an invalid address', async () => {
    await failure(renew({ tokenEndpoint: 'nowhere', clientId: 'a-client' }), 'invalid-setting');
    await failure(renew({ clientId: 'a-client' }), 'invalid-setting');
  });

  test('are not renewed after the signal is aborted', async () => {
    const { issuer, received } = await startServer();
    await failure(renew({ issuer, clientId: 'a-client' }, {}, AbortSignal.abort()), 'cancelled');
    expect(received).toEqual([]);
  });
});

test('tokens that do not say how to renew them are a mistake of the caller', async () => {
  await expect(refreshTokens(stored, { environment: {}, clock })).rejects.toThrow('nothing says how');
});
