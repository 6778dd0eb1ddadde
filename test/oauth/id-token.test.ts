import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { type ShownPage, visit } from './fake-browser.ts';
import { createClient, expectAllHidden, signInAt } from './oauth-client.ts';
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

const nowSeconds = Math.floor(Date.now() / 1000);

describe('a sign-in is rejected if its ID token shows that the tokens are not those of this sign-in:', () => {
  const rows: readonly (readonly [string, StubScript, string])[] = [
    ['with another nonce', { claims: { nonce: 'another' } }, 'unexpected ID Token "nonce" claim value'],
    ['for another client', { claims: { aud: 'another' } }, 'unexpected JWT "aud" (audience) claim value'],
    ['for several clients', { claims: { aud: ['native', 'another'] } }, '"aud"'],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, 'unexpected JWT "iss" (issuer) claim value'],
    ['with a forged signature', { forged: true }, 'JWT signature verification failed'],
  ];

  test.each(rows)('%s', async (_, script, reason) => {
    const { message } = await expectFailure(script);
    expect(message).toContain('invalid response from http://127.0.0.1:');
    expect(message).toContain(reason);
  });
});

describe('tokens are saved, and who signed in is reported as unknown, if the ID token', () => {
  const rows: readonly (readonly [string, StubScript, string])[] = [
    ['is missing', { change: { id_token: undefined } }, '"id_token"'],
    ['is null', { change: { id_token: null } }, '"id_token"'],
    ['is a number', { change: { id_token: 7 } }, '"id_token"'],
    ['is not a JWT', { change: { id_token: 'x.y' } }, 'Invalid JWT'],
    ['is encrypted', { change: { id_token: 'a.b.c.d.e' } }, 'JWE'],
    ['has no nonce', { claims: { nonce: undefined } }, '"nonce"'],
    ['has no subject', { claims: { sub: undefined } }, '"sub"'],
    ['has expired', { claims: { iat: nowSeconds - 3600, exp: nowSeconds - 1800 } }, 'expiration is past'],
    ['is signed with an unknown key', { jwk: { kid: 'another' } }, 'no applicable keys found'],
    ['is signed with an invalid key', { jwk: { x: 'AAAA' } }, 'it publishes an invalid key'],
    [
      'cannot be checked, because the keys cannot be fetched',
      { metadata: { jwks_uri: 'https://127.0.0.1:1/' } },
      '1:1',
    ],
  ];

  test.each(rows)('%s', async (_, script, reason) => {
    const stub = await startStubProvider(script);
    const events: string[] = [];
    const { tokens, page } = await signInAt(createClient(stub), undefined, {
      save: async ({ accessToken, refreshToken }) => void events.push(`saved ${accessToken} ${refreshToken}`),
      reportUnknownSubject: (problem) => void events.push(problem.message),
    });
    expect(events).toEqual([
      `saved ${stub.tokens.access_token} ${stub.tokens.refresh_token}`,
      expect.stringContaining(reason),
    ]);
    expect(tokens.subject).toBeUndefined();
    expect(page.html).toContain('<h1>You are signed in</h1>');
    expectAllHidden(events[1], [stub.code, stub.verifier(), stub.idToken(), ...Object.values(stub.tokens)]);
  });

  test('is right, nothing is reported', async () => {
    const reportUnknownSubject = vi.fn();
    const { tokens } = await signInAt(createClient(await startStubProvider({})), undefined, { reportUnknownSubject });
    expect(tokens.subject).toEqual({ id: 'stub' });
    expect(reportUnknownSubject).not.toHaveBeenCalled();
  });
});

describe('a token response is rejected', () => {
  test('without an access token', async () => {
    const token = () => ({ body: { refresh_token: 'refresh-token-of-the-stub', token_type: 'bearer' } });
    expect((await expectFailure({ token })).message).toContain('"access_token"');
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
