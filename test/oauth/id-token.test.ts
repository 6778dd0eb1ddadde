import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { type ShownPage, visit } from './fake-browser.ts';
import { createClient, expectAllHidden } from './oauth-client.ts';
import { type StubScript, startStubProvider } from './stub-provider.ts';

/** Expects that the sign-in fails in the program and in the browser, and that neither shows a secret. */
async function expectFailure(
  script: StubScript,
  code: 'sign-in-unreachable' | 'sign-in-refused' = 'sign-in-unreachable',
) {
  const stub = await startStubProvider(script);
  let page: Promise<ShownPage> | undefined;
  const openUrl = (address: string) => {
    page = visit(address);
  };
  const error = await failure(createClient(stub).signIn({ openUrl }), code);
  const html = (await page)?.html ?? '';
  expect(html).toContain('<h1>You are not signed in</h1>');
  const secrets = [stub.code, stub.verifier(), stub.idToken(), ...Object.values(stub.tokens)].filter(Boolean);
  expectAllHidden(error, secrets);
  for (const secret of secrets) expect(html).not.toContain(secret);
  return error;
}

describe('an ID token is rejected', () => {
  const past = Math.floor(Date.now() / 1000) - 3600;
  const rows: readonly (readonly [string, StubScript, string])[] = [
    ['with another nonce', { claims: { nonce: 'another' } }, 'unexpected ID Token "nonce" claim value'],
    ['without a nonce', { claims: { nonce: undefined } }, '"nonce"'],
    ['for another client', { claims: { aud: 'another' } }, 'unexpected JWT "aud" (audience) claim value'],
    ['for several clients', { claims: { aud: ['native', 'another'] } }, '"aud"'],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, 'unexpected JWT "iss" (issuer) claim value'],
    ['that has expired', { claims: { iat: past, exp: past + 60 } }, 'expiration is past current timestamp'],
    ['without a subject', { claims: { sub: undefined } }, '"sub"'],
    ['signed with an unknown key', { jwk: { kid: 'another' } }, 'no applicable keys found'],
    ['signed with an invalid key', { jwk: { x: 'AAAA' } }, 'it publishes an invalid key'],
    ['with a forged signature', { forged: true }, 'JWT signature verification failed'],
  ];

  test.each(rows)('%s', async (_, script, reason) => {
    const { message } = await expectFailure(script);
    expect(message).toContain('invalid response from http://127.0.0.1:');
    expect(message).toContain(reason);
  });

  test('that has expired, with a hint about the clock', async () => {
    const { hint } = await expectFailure({ claims: { iat: past, exp: past + 60 } });
    expect(hint).toBe('check whether the clock of this machine is right');
  });
});

describe('a token response is rejected', () => {
  test('without an ID token', async () => {
    const token = () => ({ body: { access_token: 'access-token-of-the-stub', token_type: 'bearer' } });
    expect((await expectFailure({ token })).message).toContain('"id_token"');
  });

  test('with tokens that are not bearer tokens', async () => {
    expect((await expectFailure({ tokenType: 'DPoP' })).message).toContain('the tokens are not bearer tokens');
  });

  test('with a description that contains the code and the verifier, which are removed', async () => {
    const token = (parameters: URLSearchParams) => ({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: `${parameters.get('code')} with ${parameters.get('code_verifier')}`,
      },
    });
    const { message } = await expectFailure({ token }, 'sign-in-refused');
    expect(message).toContain(': [secret] with [secret] (invalid_grant)');
  });

  test('with malformed JSON that contains tokens', async () => {
    await expectFailure({ token: () => ({ body: '{"access_token":"access-token-of-the-stub"' }) });
  });
});

describe('a redirect is rejected', () => {
  test.each(['unauthorized_client', 'server_error'])('with %s, which is about the sign-in', async (error) => {
    const { message, hint } = await expectFailure({ redirect: { error } }, 'sign-in-refused');
    expect(message).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+ rejected the sign-in: ${error}$`));
    expect(hint).toBeUndefined();
  });

  test('without a code', async () => {
    expect((await expectFailure({ redirect: {} })).message).toContain('no authorization code');
  });
});
