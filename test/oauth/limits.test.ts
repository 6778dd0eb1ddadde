import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { clientOf } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import { startStub } from './stub-server.ts';

const grant = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };

/** Time passes only where a test has it pass: what has a limit of its own is not reached by waiting. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Holds that `work` ends at this time, and not before. */
async function endsAt(ms: number, work: Promise<CredentialError>): Promise<CredentialError> {
  let ended = false;
  const noted = work.finally(() => {
    ended = true;
  });
  vi.advanceTimersByTime(ms - 1);
  await setImmediate();
  expect(ended).toBe(false);
  vi.advanceTimersByTime(1);
  return noted;
}

describe('unless another limit is given', () => {
  test('the user has five minutes to sign in', async () => {
    const stub = await startStubProvider({});
    let sent = () => {};
    const waiting = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const late = failure(clientOf(stub).signIn({ url: () => sent() }), 'timed-out');
    await waiting;
    expect((await endsAt(5 * 60_000, late)).message).toBe('nobody came back from the sign-in within 5 min');
  });

  test('one request may take ten seconds', async () => {
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { issuer } = await startStub(() => {
      asked();
      return { body: undefined };
    });
    const late = failure(clientOf({ issuer }).refresh(grant), 'sign-in-unreachable');
    await waiting;
    expect((await endsAt(10_000, late)).message).toBe(`${issuer} did not answer within 10 s`);
  });
});

test.each([
  [60_000, '1 min'],
  [90_000, '90 s'],
  [59_000, '59 s'],
])('a limit of %i ms is said as %s', async (timeoutMs, said) => {
  const stub = await startStubProvider({});
  const url = () => void vi.advanceTimersByTimeAsync(timeoutMs);
  const { message } = await failure(clientOf(stub, { timeoutMs }).signIn({ url }), 'timed-out');
  expect(message).toBe(`nobody came back from the sign-in within ${said}`);
});

test('a browser that has gone before it could be answered is not waited for', async () => {
  const stub = await startStubProvider({ before: async (path) => path === '/jwks' && gone.abort() });
  const gone = new AbortController();
  const grant = await clientOf(stub).signIn({
    url: (address) => void fetch(address, { signal: gone.signal }).catch(() => undefined),
  });
  expect(grant.accessToken).toBe(stub.tokens.access_token);
});
