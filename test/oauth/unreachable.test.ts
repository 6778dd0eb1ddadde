import { describe, expect, test } from 'vitest';
import type { AuthorizationServer } from '../../src/ports/sign-in/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { needs } from '../support/needs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { selfSigned } from './certificate.ts';
import { closedPort } from './closed-port.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import { type Answer, startStub } from './stub-server.ts';

const secrets = {
  accessToken: 'the-access-token',
  refreshToken: 'the-refresh-token',
  clientSecret: 'the-client-secret',
};

const at = (issuer: string, limitMs = 10_000) => clientOf({ issuer }, { clientSecret: secrets.clientSecret, limitMs });

/** The one failure of all three operations, of which none gets as far as to tell the user where to go. */
async function failsAlike(server: AuthorizationServer): Promise<string> {
  const operations = [
    server.signIn({ url: () => expect.unreachable('nobody should be sent there') }),
    server.refresh(secrets),
    server.revoke(secrets),
  ];
  const errors = await Promise.all(operations.map((work) => failure(work, 'sign-in-unreachable')));
  for (const error of errors) expectAllHidden(error, Object.values(secrets));
  expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  return errors[0]?.message ?? '';
}

async function withMetadata(answer: Answer): Promise<string> {
  const { issuer } = await startStub(() => answer);
  const message = await failsAlike(at(issuer));
  expect(message).toContain(`${issuer} does not answer as an OpenID provider should: `);
  return message.split('should: ')[1] ?? '';
}

describe('an issuer', () => {
  test('that is down', async () => {
    const down = await closedPort();
    expect(await failsAlike(at(down))).toBe(`cannot reach ${down}: nothing listens there (ECONNREFUSED)`);
  });

  test('that is no host', async () => {
    expect(await failsAlike(at('https://issuer.invalid'))).toMatch(
      /^cannot reach https:\/\/issuer\.invalid: .*\((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  test('that never answers', async () => {
    const { issuer } = await startStub(() => ({ body: undefined }));
    const before = performance.now();
    expect(await failsAlike(at(issuer, 200))).toBe(`${issuer} did not answer within 0.2 s`);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('that answers HTML', async () => {
    const said = await withMetadata({ type: 'text/html; charset=utf-8', body: '<h1>the-client-secret</h1>' });
    expect(said).toBe('it answers text/html instead of JSON');
  });

  test('that answers what is not JSON', async () => {
    expect(await withMetadata({ body: '{"the-client-secret"' })).toBe('its answer is no JSON that can be read');
  });

  test('that answers JSON of another shape', async () => {
    expect(await withMetadata({ body: ['the-client-secret'] })).toBe('"response" body must be a top level object');
  });

  test('that has no OpenID configuration', async () => {
    expect(await withMetadata({ status: 404, body: {} })).toBe('it answers with status 404');
  });

  test('that sends elsewhere', async () => {
    const answer = { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' };
    expect(await withMetadata(answer)).toBe('it answers with status 302');
  });

  test('that answers without end', async () => {
    expect(await withMetadata({ body: ' '.repeat(1024 * 1024 + 1) })).toBe('its answer is larger than 1024 KiB');
  });

  test('whose answer is just as large as one may be is read', async () => {
    expect(await withMetadata({ body: `{}${' '.repeat(1024 * 1024 - 2)}` })).toBe(
      '"response" body "issuer" property must be a string',
    );
  });

  test('that calls itself otherwise', async () => {
    expect(await withMetadata({ body: { issuer: 'https://evil.example/\u001b[31m' } })).toMatch(
      /^it calls itself https:\/\/evil\.example\/ \[31m$/,
    );
  });

  test('that has no authorization endpoint', async () => {
    const { issuer } = await startStubProvider({ metadata: { authorization_endpoint: undefined } });
    const error = await failure(at(issuer).signIn({ url: () => undefined }), 'sign-in-unreachable');
    expect(error.message).toContain('"as.authorization_endpoint"');
  });

  test('that has no token endpoint', async () => {
    const { issuer } = await startStubProvider({ metadata: { token_endpoint: undefined } });
    for (const work of [at(issuer).signIn({ url: () => expect.unreachable() }), at(issuer).refresh(secrets)]) {
      const error = await failure(work, 'sign-in-unreachable');
      expect(error.message).toContain('"as.token_endpoint"');
      expectAllHidden(error, Object.values(secrets));
    }
  });

  test('whose token endpoint is down: said by its own address', async () => {
    const down = await closedPort();
    const { issuer } = await startStubProvider({ metadata: { token_endpoint: `${down}/token` } });
    const error = await failure(at(issuer).refresh(secrets), 'sign-in-unreachable');
    expect(error.message).toBe(`cannot reach ${down}, which ${issuer} refers to: nothing listens there (ECONNREFUSED)`);
    expectAllHidden(error, Object.values(secrets));
  });

  test('[OA4] whose token endpoint would have tokens go in the clear', async () => {
    const { issuer } = await startStubProvider({ metadata: { token_endpoint: 'http://token.example/' } });
    const error = await failure(at(issuer).refresh(secrets), 'sign-in-unreachable');
    expect(error.message).toContain('it refers to http://token.example, where tokens would go in the clear');
  });

  test('[OA5] whose certificate is self-signed', needs(!missingProgram('openssl'), 'openssl'), async () => {
    const { issuer } = await startStub(() => ({ body: {} }), selfSigned());
    expect(await failsAlike(at(issuer))).toBe(
      `the certificate of ${issuer} does not hold: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    );
    const { hint } = await failure(at(issuer).refresh(secrets), 'sign-in-unreachable');
    expect(hint).toContain('NODE_EXTRA_CA_CERTS');
  });

  test('that comes back is found again', async () => {
    let down = true;
    const stub = await startStubProvider({
      before: async () => down && new Promise(() => {}),
    });
    const server = at(stub.issuer, 300);
    await failure(server.refresh(secrets), 'sign-in-unreachable');
    down = false;
    expect((await server.refresh(secrets)).accessToken).toBe(stub.tokens.access_token);
  });
});
