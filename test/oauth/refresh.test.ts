import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { createClient, expectAllHidden, now, providerForSuite, signInAt } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite({ accessTokenSeconds: 90 });

describe('a refresh at oidc-provider', () => {
  test('returns new tokens and ends the old refresh token', async () => {
    const server = createClient(provider.current());
    const { tokens } = await signInAt(server);
    const next = await server.refresh(tokens);
    expect(next.accessToken).not.toBe(tokens.accessToken);
    expect(next.refreshToken).not.toBe(tokens.refreshToken);
    expect(next).toMatchObject({ expiresAt: '2026-11-03T09:01:30.000Z', scope: tokens.scope, subject: tokens.subject });
    expect(await provider.current().isActive(next.accessToken)).toBe(true);
    expect((await server.refresh(next)).subject).toEqual(tokens.subject);
  });

  test.each(['public', 'confidential'] as const)(
    'with a refresh token of a %s client that was used before ends the sign-in',
    async (kind) => {
      const server = createClient(provider.current(), provider.current()[`${kind}Client`]);
      const { tokens } = await signInAt(server);
      const next = await server.refresh(tokens);
      const reused = await failure(server.refresh(tokens), 'not-signed-in');
      const ended = await failure(server.refresh(next), 'not-signed-in');
      expect(await provider.current().isActive(next.accessToken)).toBe(false);
      for (const error of [reused, ended]) {
        expectAllHidden(error, [tokens.refreshToken, next.refreshToken, tokens.accessToken, next.accessToken]);
      }
    },
  );
});

test('the provider is discovered once', async () => {
  const stub = await startStubProvider({});
  const server = createClient(stub);
  const tokens = { accessToken: 'an-access-token', refreshToken: 'a-refresh-token' };
  await server.refresh(await server.refresh(tokens));
  expect(stub.asked).toEqual(['/.well-known/openid-configuration', '/token', '/token']);
});

test('without a refresh token no request is sent', async () => {
  const stub = await startStubProvider({});
  const error = await failure(createClient(stub).refresh({ accessToken: 'an-access-token' }), 'not-signed-in');
  expect(stub.asked).toEqual([]);
  expectAllHidden(error, ['an-access-token']);
});

describe('what a token response leaves out', () => {
  const previous = {
    accessToken: 'old-access-token',
    refreshToken: 'old-refresh-token',
    expiresAt: now,
    scope: 'openid custom',
    subject: { id: 'stub', email: 'stub@example.com' },
  };
  const body = { access_token: 'new-access-token', token_type: 'bearer' };

  test('is kept, except the expiry', async () => {
    const stub = await startStubProvider({ token: () => ({ body }) });
    const { expiresAt: _, ...kept } = previous;
    expect(await createClient(stub).refresh(previous)).toEqual({
      ...kept,
      accessToken: 'new-access-token',
      obtainedAt: now,
    });
  });

  test('stays absent', async () => {
    const stub = await startStubProvider({ token: () => ({ body }) });
    const tokens = { accessToken: 'old-access-token', refreshToken: 'old-refresh-token' };
    const renewed = { ...tokens, accessToken: 'new-access-token', obtainedAt: now };
    expect(await createClient(stub).refresh(tokens)).toStrictEqual(renewed);
  });

  test('other fields are kept, and replaced by new ones, without the ID token', async () => {
    const stub = await startStubProvider({
      token: () => ({ body: { ...body, team: 'new', plan: null, region: 'eu' } }),
    });
    const { extra } = await createClient(stub).refresh({ ...previous, extra: { team: 'old', tier: 1 } });
    expect(extra).toEqual({ team: 'new', tier: 1, region: 'eu' });
  });

  test('a huge expires_in becomes the last time that ISO 8601 can write', async () => {
    const stub = await startStubProvider({ token: () => ({ body: { ...body, expires_in: 1e300 } }) });
    expect((await createClient(stub).refresh(previous)).expiresAt).toBe('9999-12-31T23:59:59.999Z');
  });

  test('tokens for another account are rejected', async () => {
    const stub = await startStubProvider({ claims: { sub: 'somebody else' } });
    const error = await failure(createClient(stub).refresh(previous), 'sign-in-unreachable');
    expect(error.message).toContain('the new tokens are for another account');
    expectAllHidden(error, [previous.refreshToken, ...Object.values(stub.tokens)]);
  });
});

describe('a server that echoes the request in its error', () => {
  const tokens = { accessToken: 'an-access-token', refreshToken: 'a-s3cret-refresh-token' };
  const methods = ['client_secret_basic', 'client_secret_post'];
  const clientSecrets = ['GOCSPX-s3cret/+of the client', 'GOCSPX-s3cret_of.the~client'];

  const echo = (write: (text: string) => string, method: string) =>
    startStubProvider({
      metadata: { token_endpoint_auth_methods_supported: [method] },
      token: (parameters, authorization = '') => ({
        status: 400,
        body: { error: 'invalid_request', error_description: `${write(authorization)}; ${write(`${parameters}`)}` },
      }),
    });

  test.each(methods.flatMap((method) => clientSecrets.map((clientSecret) => [method, clientSecret] as const)))(
    '[OA14] with %s and the client secret %s, the error contains neither that nor a token, in any encoding',
    async (method, clientSecret) => {
      const stub = await echo((text) => text, method);
      const client = { clientId: 'a-client', clientSecret };
      const error = await failure(createClient(stub, client).refresh(tokens), 'sign-in-refused');
      expect(error.message).toContain('[secret]');
      expectAllHidden(error, [clientSecret, tokens.refreshToken]);
    },
  );

  test.each([
    ['hexadecimal', (text: string) => Buffer.from(text).toString('hex')],
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['Unicode escapes', (text: string) => text.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
  ])('[OA15] the header of Basic authentication in %s is redacted', async (_, write) => {
    const stub = await echo((text) => write(text).slice(0, 250), 'client_secret_basic');
    const client = { clientId: 'a', clientSecret: 'GOCSPX-s3cret' };
    const error = await failure(createClient(stub, client).refresh(tokens), 'sign-in-refused');
    const credentials = Buffer.from('a:GOCSPX%2Ds3cret').toString('base64');
    expect(error.message).toContain('[secret]');
    expect(error.message).not.toContain(write(credentials).slice(8, -8));
  });
});
