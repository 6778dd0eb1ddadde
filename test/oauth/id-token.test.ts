import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf } from './session.ts';
import { type StubScript, startStubProvider } from './stub-provider.ts';
import { type Shown, visit } from './visitor.ts';

async function refusedAt(script: StubScript, code: 'sign-in-unreachable' | 'sign-in-refused' = 'sign-in-unreachable') {
  const stub = await startStubProvider(script);
  const { issuer } = stub;
  let shown: Promise<Shown> | undefined;
  const url = (address: string) => {
    shown = visit(address);
  };
  const error = await failure(clientOf({ issuer }).signIn({ url }), code);
  const page = (await shown)?.text ?? '';
  expect(page).toContain('<h1>You are not signed in</h1>');
  const secrets = [stub.code, stub.verifier(), stub.idToken(), ...Object.values(stub.tokens)].filter(Boolean);
  expectAllHidden(error, secrets);
  for (const secret of secrets) expect(page).not.toContain(secret);
  return error;
}

describe('an ID token that does not hold ends the sign-in, and the page says so', () => {
  const past = Math.floor(Date.now() / 1000) - 3600;
  const faults: readonly (readonly [string, StubScript, string])[] = [
    ['for another sign-in', { claims: { nonce: 'another' } }, 'unexpected ID Token "nonce" claim value'],
    ['without a nonce', { claims: { nonce: undefined } }, '"nonce"'],
    ['for another client', { claims: { aud: 'another' } }, 'unexpected JWT "aud" (audience) claim value'],
    ['for others besides', { claims: { aud: ['native', 'another'] } }, '"aud"'],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, 'unexpected JWT "iss" (issuer) claim value'],
    ['that has expired', { claims: { iat: past, exp: past + 60 } }, 'expiration is past current timestamp'],
    ['of nobody', { claims: { sub: undefined } }, '"sub"'],
    ['signed with a key that it does not have', { jwk: { kid: 'another' } }, 'no applicable keys found'],
    ['signed with a key that is none', { jwk: { x: 'AAAA' } }, 'a key that it publishes is none'],
    ['that somebody else signed', { forged: true }, 'JWT signature verification failed'],
  ];

  test.each(faults)('%s', async (_, script, said) => {
    const { message } = await refusedAt(script);
    expect(message).toContain('does not answer as an OpenID provider should: ');
    expect(message).toContain(said);
  });

  test('that has expired, with a hint at the clock', async () => {
    const { hint } = await refusedAt({ claims: { iat: past, exp: past + 60 } });
    expect(hint).toBe("is this machine's clock right?");
  });
});

describe('an exchange that does not give what it should ends the sign-in, and the page says so', () => {
  test('without an ID token', async () => {
    const token = () => ({ body: { access_token: 'access-token-of-the-stub', token_type: 'bearer' } });
    expect((await refusedAt({ token })).message).toContain('"id_token"');
  });

  test('with tokens that are not bearer tokens', async () => {
    const error = await refusedAt({ tokenType: 'DPoP' });
    expect(error.message).toContain('its tokens are not bearer tokens');
  });

  test('refused in words that repeat the code and the verifier: they are struck out', async () => {
    const token = (parameters: URLSearchParams) => ({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: `${parameters.get('code')} with ${parameters.get('code_verifier')}`,
      },
    });
    const { message } = await refusedAt({ token }, 'sign-in-refused');
    expect(message).toContain('refuses the sign-in: [secret] with [secret] (invalid_grant)');
  });

  test('with what is not JSON, tokens in it', async () => {
    const token = () => ({ body: '{"access_token":"access-token-of-the-stub"' });
    expect((await refusedAt({ token })).message).toContain('its answer is no JSON that can be read');
  });

  test.each(['unauthorized_client', 'server_error'])('a redirect with %s refuses the sign-in', async (error) => {
    const { message, hint } = await refusedAt({ redirect: { error } }, 'sign-in-refused');
    expect(message).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+ refuses the sign-in: ${error}$`));
    expect(hint).toBeUndefined();
  });

  test('a redirect without a code', async () => {
    expect((await refusedAt({ redirect: {} })).message).toContain('no authorization code');
  });
});
