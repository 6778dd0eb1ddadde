import { describe, expect, onTestFinished, test } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/sign-in/dify/device-sign-in.ts';
import {
  bearer,
  codeAnswer,
  deviceCode,
  errorAnswer,
  startDifyHost,
  tokenAnswer,
  userCode,
} from '../support/dify-host.ts';
import { startTrial } from './harness.ts';

const json = { 'content-type': 'application/json', accept: 'application/json' };

test('a sign-in requests a code, shows it once, and exchanges it for the token', async () => {
  const trial = await startTrial();
  expect(await trial.signIn()).toEqual({
    accessToken: bearer,
    subject: { id: 'acc-1', email: 'alice@example.com', name: 'Alice' },
  });
  expect(trial.prompts).toEqual([{ verificationUri: 'https://cloud.dify.ai/device', userCode, expiresInSeconds: 900 }]);
  expect(trial.host.requests).toMatchObject([
    {
      method: 'POST',
      path: '/openapi/v1/oauth/device/code',
      headers: json,
      body: { client_id: 'difyctl', device_label: 'alice on ariel' },
    },
    {
      method: 'POST',
      path: '/openapi/v1/oauth/device/token',
      headers: json,
      body: { client_id: 'difyctl', device_code: deviceCode },
    },
  ]);
});

test('a host with a path is contacted there', async () => {
  const trial = await startTrial({ basePath: '/apps/dify' });
  await trial.signIn(`${trial.host.url}/`);
  expect(trial.host.requests.map(({ path }) => path)).toEqual([
    '/apps/dify/openapi/v1/oauth/device/code',
    '/apps/dify/openapi/v1/oauth/device/token',
  ]);
});

test.each(['', 'http://cloud.dify.ai', 'https://alice:s3cret@cloud.dify.ai'])(
  'an invalid host (%j) is rejected without a request',
  async (typed) => {
    const trial = await startTrial();
    expect((await trial.fails('invalid-input', typed)).message).not.toContain('s3cret');
    expect(trial.host.requests).toEqual([]);
  },
);

describe('the token set', () => {
  test.each([
    ['2026-12-03T09:00:00Z', '2026-12-03T09:00:00.000Z'],
    ['2026-12-03T10:30:00.123456+01:30', '2026-12-03T09:00:00.123Z'],
    ['2026-12-03T04:00:00-0500', '2026-12-03T09:00:00.000Z'],
    ['2026-12-03T09:00:00.5', '2026-12-03T09:00:00.500Z'],
    ['2026-12-03 09:00:00', '2026-12-03T09:00:00.000Z'],
    ['2026-12-03t09:00:00z', '2026-12-03T09:00:00.000Z'],
    ['9999-12-31T23:59:59.123456789Z', '9999-12-31T23:59:59.123Z'],
    [1_796_288_400, '2026-12-03T09:00:00.000Z'],
    [1_796_288_400.25, '2026-12-03T09:00:00.250Z'],
  ])('has for expires_at %j the expiry %s', async (expires_at, expiresAt) => {
    const trial = await startTrial({ token: [tokenAnswer({ expires_at })] });
    expect(await trial.signIn()).toMatchObject({ expiresAt });
  });

  test.each([
    ['the account', {}, { id: 'acc-1', email: 'alice@example.com', name: 'Alice' }],
    ['the part of the account that is known', { account: { id: 'acc-1', email: null, name: '' } }, { id: 'acc-1' }],
    ['the token ID, if there is no account', { account: null }, { id: 'tok-1' }],
    [
      'the token ID with an email address',
      { account: null, subject_email: 'b@c.de' },
      { id: 'tok-1', email: 'b@c.de' },
    ],
    [
      'the email address, if there is nothing else',
      { account: undefined, token_id: undefined, subject_email: 'b@c.de', subject_issuer: 'https://id.c.de' },
      { id: 'b@c.de', email: 'b@c.de' },
    ],
    ['absent, if there is nothing', { account: {}, token_id: null }, undefined],
  ])('has as its subject %s', async (_, changes, subject) => {
    const trial = await startTrial({ token: [tokenAnswer(changes)] });
    expect((await trial.signIn()).subject).toEqual(subject);
  });

  test('decodes a letter that is split between two chunks', async () => {
    const text = Buffer.from(JSON.stringify({ token: bearer, account: { id: 'acc-1', name: 'Zoë' } }));
    const middle = text.indexOf('ë') + 1;
    const trial = await startTrial({}, { fetch: halving(text, middle) });
    expect((await trial.signIn()).subject).toEqual({ id: 'acc-1', name: 'Zoë' });
  });

  test('lacks what the response leaves out', async () => {
    const trial = await startTrial({ token: [{ body: { token: bearer, expires_at: null, error: '' } }] });
    expect(Object.keys(await trial.signIn())).toEqual(['accessToken']);
  });
});

describe('the prompt', () => {
  test('contains no control characters or direction marks', async () => {
    const user_code = '\u001b[31mBDWP\u202e-\u200bHQPK\u0007\n';
    const verification_uri = 'https://cloud.dify.ai/de\u202evice\n\u001b[2J';
    const trial = await startTrial({ code: [codeAnswer({ user_code, verification_uri })] });
    await trial.signIn();
    expect(trial.prompts).toEqual([
      {
        userCode: '[31mBDWP-HQPK',
        verificationUri: 'https://cloud.dify.ai/de%E2%80%AEvice%1B[2J',
        expiresInSeconds: 900,
      },
    ]);
  });

  test('may have a URL without TLS, because the user enters no secret there', async () => {
    const trial = await startTrial({ code: [codeAnswer({ verification_uri: 'http://dify.local/device' })] });
    await trial.signIn();
    expect(trial.prompts[0]?.verificationUri).toBe('http://dify.local/device');
  });

  test('shows a host name with non-ASCII letters in its xn-- form', async () => {
    const trial = await startTrial({ code: [codeAnswer({ verification_uri: 'https://cloud.dіfy.ai/device' })] });
    await trial.signIn();
    expect(trial.prompts[0]?.verificationUri).toMatch(/^https:\/\/cloud\.xn--/);
  });

  test('limits how long a code is valid to an hour', async () => {
    const trial = await startTrial({
      code: [codeAnswer({ expires_in: 1e12, interval: 600 })],
      token: [errorAnswer('authorization_pending')],
    });
    await trial.fails('timed-out');
    expect(trial.prompts[0]?.expiresInSeconds).toBe(3600);
    expect(trial.waits).toEqual(Array(6).fill(600_000));
  });

  test('that cannot be shown ends the sign-in with the same error', async () => {
    const broken = new Error('no terminal');
    const trial = await startTrial({}, { show: () => Promise.reject(broken) });
    await expect(trial.signIn()).rejects.toBe(broken);
    expect(trial.host.requests).toHaveLength(1);
  });
});

/** Responds to the request for the token with this text in two chunks, split at `middle`. */
function halving(text: Buffer, middle: number): typeof fetch {
  return async (url, options) => {
    if (!`${url}`.endsWith('/token')) return fetch(url, options);
    const parts = [text.subarray(0, middle), text.subarray(middle)];
    return new Response(ReadableStream.from(parts.map((part) => Uint8Array.from(part))));
  };
}

describe('a token is kept without the invalid parts of the response:', () => {
  const secret = bearer.slice(0, 8);

  test.each<[string, unknown]>([
    ['expires_at', 'tomorrow'],
    ['expires_at', '2026-13-03T09:00:00Z'],
    ['expires_at', '03/12/2026'],
    ['expires_at', 'on 2026-12-03T09:00:00Z'],
    ['expires_at', '2026-12-03T09:00:00Z or so'],
    ['expires_at', '2026-12-03T09:00:00 -05:00'],
    ['expires_at', 0],
    ['expires_at', -1],
    ['expires_at', 1e300],
    ['expires_at', 1_796_288_400_000],
    ['expires_at', { seconds: 60 }],
    ['account', secret],
    ['account', [7]],
    ['account', { id: 7 }],
    ['account', { id: 'x'.repeat(513) }],
    ['account', { id: 'a\u001b[2J' }],
    ['subject_email', 'alice\u0000'],
    ['token_id', true],
  ])('%s %j', async (field, value) => {
    const trial = await startTrial({
      token: [tokenAnswer({ account: undefined, token_id: undefined, [field]: value })],
    });
    expect(await trial.signIn()).toStrictEqual({ accessToken: bearer });
  });

  test('the known part of an account', async () => {
    const account = { id: 'acc-1', email: 7, name: 'Al\u001b[2Jice' };
    const trial = await startTrial({ token: [tokenAnswer({ account })] });
    expect((await trial.signIn()).subject).toEqual({ id: 'acc-1' });
  });
});

describe('the step from the request for a token until it is saved', () => {
  test('is uninterrupted, and a signal that is aborted meanwhile is ignored', async () => {
    const controller = new AbortController();
    const steps: string[] = [];
    const host = await startDifyHost({ token: [errorAnswer('authorization_pending'), tokenAnswer()] });
    onTestFinished(() => host.stop());
    const adapter = createDeviceSignIn({ clock: () => '2026-11-03T09:00:00.000Z', wait: async () => {} });
    const tokens = await adapter.signIn(host.url, {
      deviceLabel: 'x',
      show() {},
      signal: controller.signal,
      async save({ accessToken }) {
        steps.push(`saved ${accessToken}`);
      },
      async uninterrupted(step) {
        steps.push('begin');
        if (steps.length > 2) controller.abort();
        const result = await step();
        steps.push('end');
        return result;
      },
    });
    expect(tokens.accessToken).toBe(bearer);
    expect(steps).toEqual(['begin', 'end', 'begin', `saved ${bearer}`, 'end']);
  });
});
