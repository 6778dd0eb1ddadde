import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { createSelfSigned } from '../support/certificate.ts';
import { stopTimers } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { patienceMs } from '../support/patience.ts';
import { missingProgram } from '../support/session-bus.ts';
import { createClient, expectAllHidden } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';
import { type Answer, findClosedPort, startStub } from './stub-server.ts';

const secrets = {
  accessToken: 'the-access-token',
  refreshToken: 'the-refresh-token',
  clientSecret: 'the-client-secret',
};

const openUrl = () => expect.unreachable('openUrl was called');

function clientAt(issuer: string, limitMs = patienceMs) {
  return createClient({ issuer }, { clientSecret: secrets.clientSecret, limitMs });
}

/** Expects that all three operations fail with one message, before `openUrl` is called. */
async function expectUnreachable(issuer: string, limitMs?: number): Promise<void> {
  const server = clientAt(issuer, limitMs);
  const operations = [server.signIn({ openUrl }), server.refresh(secrets), server.revoke(secrets)];
  const errors = await Promise.all(operations.map((work) => failure(work, 'sign-in-unreachable')));
  for (const error of errors) expectAllHidden(error, Object.values(secrets));
  expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  expect(errors[0]?.message).toContain(issuer);
}

describe('every operation fails at an issuer', () => {
  test('that is down', async () => {
    await expectUnreachable(await findClosedPort());
  });

  test('whose host name does not exist', async () => {
    await expectUnreachable('https://issuer.invalid');
  });

  test('that never responds, at the limit and not before', async () => {
    stopTimers();
    let received = 0;
    let ended = false;
    let receivedAll = () => {};
    const waiting = new Promise<void>((resolve) => {
      receivedAll = resolve;
    });
    const { issuer } = await startStub(() => {
      received += 1;
      if (received === 3) receivedAll();
      return { body: undefined };
    });
    const unreachable = expectUnreachable(issuer, 200).finally(() => {
      ended = true;
    });
    await waiting;
    vi.advanceTimersByTime(199);
    await setImmediate();
    expect(ended).toBe(false);
    vi.advanceTimersByTime(1);
    await unreachable;
  });

  test.each<[string, Answer]>([
    ['HTML', { type: 'text/html; charset=utf-8', body: '<h1>the-client-secret</h1>' }],
    ['malformed JSON', { body: '{"the-client-secret"' }],
    ['JSON of another type', { body: ['the-client-secret'] }],
    ['no OpenID configuration', { status: 404, body: {} }],
    ['an invalid status', { status: 999, body: {} }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['more than 1 MiB', { body: ' '.repeat(1024 * 1024 + 1) }],
    ['the metadata of another issuer', { body: { issuer: 'https://evil.example' } }],
  ])('that responds with %s', async (_, answer) => {
    const { issuer } = await startStub(() => answer);
    await expectUnreachable(issuer);
  });

  test('[OA5] whose certificate is self-signed', needs(!missingProgram('openssl'), 'openssl'), async () => {
    const { issuer } = await startStub(() => ({ body: {} }), createSelfSigned());
    await expectUnreachable(issuer);
    const { message, hint } = await failure(clientAt(issuer).refresh(secrets), 'sign-in-unreachable');
    expect(message).toContain('(DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(hint).toContain('NODE_EXTRA_CA_CERTS');
  });
});

test('a response of exactly 1 MiB is read', async () => {
  const { issuer } = await startStub(() => ({ body: `{}${' '.repeat(1024 * 1024 - 2)}` }));
  const { message } = await failure(clientAt(issuer).refresh(secrets), 'sign-in-unreachable');
  expect(message).toContain('"issuer" property');
});

test('a sign-in fails if the metadata has no authorization endpoint', async () => {
  const { issuer } = await startStubProvider({ metadata: { authorization_endpoint: undefined } });
  const { message } = await failure(clientAt(issuer).signIn({ openUrl }), 'sign-in-unreachable');
  expect(message).toContain('"as.authorization_endpoint"');
});

test('a sign-in and a refresh fail if the metadata has no token endpoint', async () => {
  const { issuer } = await startStubProvider({ metadata: { token_endpoint: undefined } });
  for (const work of [clientAt(issuer).signIn({ openUrl }), clientAt(issuer).refresh(secrets)]) {
    const error = await failure(work, 'sign-in-unreachable');
    expect(error.message).toContain('"as.token_endpoint"');
    expectAllHidden(error, Object.values(secrets));
  }
});

test('a refresh fails if the token endpoint is down', async () => {
  const endpoint = await findClosedPort();
  const { issuer } = await startStubProvider({ metadata: { token_endpoint: `${endpoint}/token` } });
  const error = await failure(clientAt(issuer).refresh(secrets), 'sign-in-unreachable');
  expect(error.message).toContain(endpoint);
  expectAllHidden(error, Object.values(secrets));
});

test('a discovery that failed is repeated', async () => {
  const controller = new AbortController();
  const stub = await startStubProvider({
    async before() {
      if (controller.signal.aborted) return;
      controller.abort();
      await new Promise(() => {});
    },
  });
  const server = clientAt(stub.issuer);
  await failure(server.refresh(secrets, { signal: controller.signal }), 'cancelled');
  expect((await server.refresh(secrets)).accessToken).toBe(stub.tokens.access_token);
});

test('a process that was suspended for longer than the limit still reads the response', async () => {
  stopTimers();
  // However long a process was suspended, each of its timers fires once when it continues.
  const stub = await startStubProvider({ before: async () => void vi.advanceTimersToNextTimer() });
  expect((await clientAt(stub.issuer, 200).refresh(secrets)).accessToken).toBe(stub.tokens.access_token);
});
