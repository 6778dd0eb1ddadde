import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { createClient, expectAllHidden, providerForSuite, type TestClient } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';
import { findClosedPort } from './stub-server.ts';

const provider = providerForSuite();
const tokens = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };
const clientSecret = 'the-client-secret';
const openUrl = () => expect.unreachable('openUrl was called');

/** Expects that the provider rejects the client in all three operations. */
async function expectRejected(server: TestClient): Promise<readonly CredentialError[]> {
  const operations = [server.signIn({ openUrl }), server.refresh(tokens), server.revoke(tokens)];
  const errors = await Promise.all(operations.map((work) => failure(work, 'sign-in-refused')));
  for (const error of errors) expectAllHidden(error, [clientSecret, ...Object.values(tokens)]);
  return errors;
}

describe('oidc-provider rejects before the browser opens', () => {
  test('an unknown client', async () => {
    const [error] = await expectRejected(createClient(provider.current(), { clientId: 'nobody' }));
    expect(error?.message).toContain('(invalid_client)');
  });

  test('a wrong secret', async () => {
    await expectRejected(createClient(provider.current(), { ...provider.current().confidentialClient, clientSecret }));
  });

  test('a missing secret', async () => {
    const { clientId } = provider.current().confidentialClient;
    await expectRejected(createClient(provider.current(), { clientId }));
  });
});

test('the check of the client is an exchange with an invalid code', async () => {
  const requests: URLSearchParams[] = [];
  const token = (parameters: URLSearchParams) => {
    requests.push(parameters);
    return { status: 400, body: { error: 'invalid_grant' } };
  };
  const { issuer } = await startStubProvider({ token, tokenAlways: true });
  const controller = new AbortController();
  const cancel = () => controller.abort();
  await failure(createClient({ issuer }).signIn({ openUrl: cancel, signal: controller.signal }), 'cancelled');
  expect(requests.map((parameters) => Object.fromEntries(parameters))).toEqual([
    {
      grant_type: 'authorization_code',
      client_id: 'native',
      code: 'none',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    },
  ]);
});

describe('a rejected client', () => {
  test('can be rejected by a WWW-Authenticate challenge', async () => {
    const headers = {
      'www-authenticate': 'Basic realm="stub", error="invalid_client", error_description="unheard of"',
    };
    const answer = () => ({ status: 401, headers, body: {} });
    const { issuer } = await startStubProvider({
      metadata: { token_endpoint_auth_methods_supported: undefined },
      token: answer,
      revocation: answer,
      tokenAlways: true,
    });
    const errors = await expectRejected(createClient({ issuer }, { clientSecret }));
    for (const { message } of errors) expect(message).toContain('unheard of (invalid_client)');
  });

  test('[OA2] its secret and its token are removed from the description', async () => {
    const answer = (parameters: URLSearchParams) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `${[...parameters.values()].join(' ')} are unknown` },
    });
    const { issuer } = await startStubProvider({ token: answer, revocation: answer, tokenAlways: true });
    const [, error] = await expectRejected(createClient({ issuer }, { clientSecret }));
    expect(error?.message).toMatch(/: \[secret\] refresh_token native \[secret\] are unknown \(invalid_client\)$/);
  });

  const odd = 'a-b c/d\\(é)?$&';

  test.each([
    ['unchanged', odd],
    ['encoded for a path', encodeURIComponent(odd)],
    ['encoded as a form', `${new URLSearchParams({ '': odd })}`.slice(1)],
    ['encoded for the header, by RFC 6749 §2.3.1', 'a%2Db+c%2Fd%5C%28%C3%A9%29%3F%24%26'],
    ['encoded in lower case', 'a%2db%20c%2fd%5c%28%c3%a9%29%3f%24%26'],
  ])('its secret is removed from the description: %s', async (_, spelt) => {
    const body = { error: 'invalid_client', error_description: `not ${spelt}, and not ${spelt}` };
    const { issuer } = await startStubProvider({ token: () => ({ status: 401, body }) });
    const { message } = await failure(
      createClient({ issuer }, { clientSecret: odd }).refresh(tokens),
      'sign-in-refused',
    );
    expect(message).toMatch(/: not \[secret\], and not \[secret\] \(invalid_client\)$/);
  });
});

describe('a client secret is sent', () => {
  /** Returns the client ID and secret in the body, and the Authorization header. */
  async function refreshAt(methods: readonly string[] | undefined, secret?: string) {
    const seen: unknown[] = [];
    const stub = await startStubProvider({
      metadata: { token_endpoint_auth_methods_supported: methods },
      token(parameters, authorization) {
        seen.push(parameters.get('client_id'), parameters.get('client_secret'), authorization);
        return { body: { access_token: 'new', token_type: 'bearer' } };
      },
    });
    const server = createClient(stub, secret === undefined ? {} : { clientSecret: secret });
    await server.refresh({ accessToken: 'old', refreshToken: 'a-refresh-token' });
    return seen;
  }

  const inHeader = [null, null, `Basic ${Buffer.from('native:asecret').toString('base64')}`];

  test('in the body, if the provider supports that', async () => {
    const methods = ['client_secret_basic', 'client_secret_post'];
    expect(await refreshAt(methods, 'asecret')).toEqual(['native', 'asecret', undefined]);
  });

  test('in the header, if the provider supports only that', async () => {
    expect(await refreshAt(['client_secret_basic'], 'asecret')).toEqual(inHeader);
  });

  test('in the header, if the metadata does not list methods', async () => {
    expect(await refreshAt(undefined, 'asecret')).toEqual(inHeader);
  });

  test.each([undefined, ''])('never, if it is %j', async (secret) => {
    expect(await refreshAt(['client_secret_post'], secret)).toEqual(['native', null, undefined]);
  });
});

describe('a request is sent unencrypted', () => {
  test.each(['http://localhost:PORT', 'http://127.0.0.1:PORT', 'http://127.1.22.133:PORT', 'http://[::1]:PORT'])(
    'to an issuer on this machine: %s',
    async (address) => {
      const issuer = address.replace('PORT', new URL(await findClosedPort()).port);
      await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    },
  );

  test('to no endpoint of an issuer with TLS, not even on this machine', async () => {
    onTestFinished(() => void vi.unstubAllGlobals());
    const issuer = 'https://id.example';
    const metadata = { issuer, token_endpoint: 'http://127.0.0.1:1/token' };
    const requests: string[] = [];
    vi.stubGlobal('fetch', async (url: URL) => {
      requests.push(url.href);
      return Response.json(metadata);
    });
    const { message } = await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    expect(message).toContain('only requests to HTTPS are allowed');
    expect(requests).toEqual([`${issuer}/.well-known/openid-configuration`]);
  });

  test('[OA4] to no endpoint on another machine', async () => {
    const { issuer } = await startStubProvider({ metadata: { token_endpoint: 'http://token.example/' } });
    const { message } = await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    expect(message).toContain('the endpoint http://token.example would receive tokens unencrypted');
  });
});
