import { describe, expect, test } from 'vitest';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import type { AuthorizationServer } from '../../src/ports/sign-in/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf, providerForSuite } from './session.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();
const grant = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };
const clientSecret = 'the-client-secret';

async function refused(server: AuthorizationServer): Promise<readonly CredentialError[]> {
  const url = () => expect.unreachable('nobody should be sent there');
  const operations = [server.signIn({ url }), server.refresh(grant), server.revoke(grant)];
  const errors = await Promise.all(operations.map((work) => failure(work, 'sign-in-refused')));
  for (const error of errors) {
    expect(error.message).toContain('refuses this client: ');
    expect(error.hint).toBe('check the client ID, and the client secret where there is one');
    expectAllHidden(error, [clientSecret, ...Object.values(grant)]);
  }
  return errors;
}

describe('a client that oidc-provider does not take is told so before the user is sent there', () => {
  test('one that it does not know', async () => {
    const [error] = await refused(clientOf(provider.current(), { clientId: 'nobody' }));
    expect(error?.message).toContain('(invalid_client)');
  });

  test('one with a wrong secret', async () => {
    await refused(clientOf(provider.current(), { ...provider.current().confidentialClient, clientSecret }));
  });

  test('one without the secret that it was given', async () => {
    await refused(clientOf(provider.current(), { clientId: provider.current().confidentialClient.clientId }));
  });
});

test('the check asks as the exchange will, with a code that is none', async () => {
  const asked: URLSearchParams[] = [];
  const token = (parameters: URLSearchParams) => {
    asked.push(parameters);
    return { status: 400, body: { error: 'invalid_grant' } };
  };
  const { issuer } = await startStubProvider({ token, tokenAlways: true });
  const controller = new AbortController();
  const url = () => controller.abort();
  await failure(clientOf({ issuer }).signIn({ url, signal: controller.signal }), 'cancelled');
  expect(asked.map((parameters) => Object.fromEntries(parameters))).toEqual([
    {
      grant_type: 'authorization_code',
      client_id: 'native',
      code: 'none',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    },
  ]);
});

describe('a client that is refused', () => {
  test('by HTTP, where it authenticates by HTTP', async () => {
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
    const errors = await refused(clientOf({ issuer }, { clientSecret }));
    for (const { message } of errors) expect(message).toContain('unheard of (invalid_client)');
  });

  test('[OA2] in words that repeat its secret and its token: they are struck out', async () => {
    const answer = (parameters: URLSearchParams) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `${[...parameters.values()].join(' ')} are unknown` },
    });
    const { issuer } = await startStubProvider({ token: answer, revocation: answer, tokenAlways: true });
    const [, error] = await refused(clientOf({ issuer }, { clientSecret }));
    expect(error?.message).toMatch(/: \[secret\] refresh_token native \[secret\] are unknown \(invalid_client\)$/);
  });

  const odd = 'a-b c/d\\(é)?$&';

  test.each([
    ['as it is', odd],
    ['as a part of an address', encodeURIComponent(odd)],
    ['as a form has it', `${new URLSearchParams({ '': odd })}`.slice(1)],
    ['as the header has it, by RFC 6749 §2.3.1', 'a%2Db+c%2Fd%5C%28%C3%A9%29%3F%24%26'],
    ['in small letters', 'a%2db%20c%2fd%5c%28%c3%a9%29%3f%24%26'],
  ])('in words that have its secret %s: it is struck out', async (_, spelt) => {
    const body = { error: 'invalid_client', error_description: `not ${spelt}, and ${spelt} is none` };
    const { issuer } = await startStubProvider({ token: () => ({ status: 401, body }) });
    const error = await failure(clientOf({ issuer }, { clientSecret: odd }).refresh(grant), 'sign-in-refused');
    expect(error.message).toBe(`${issuer} refuses this client: not [secret], and [secret] is none (invalid_client)`);
  });
});
