import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bearer, codeAnswer, type DifyAnswer, deviceCode, startDifyHost, tokenAnswer } from '../support/dify-host.ts';
import { startTrial } from './harness.ts';

/** All that a host could say to have a secret of its own, or of the request's, shown. */
const echo = `${deviceCode} ${bearer}`;

describe('an answer that is not as it should be is one clear line', () => {
  const oneKey = { device_code: 'device code that', token: 'token that' };
  const bad = 'is not as it should be:';

  test.each<[string, DifyAnswer]>([
    ['device_code is missing', codeAnswer({ device_code: undefined })],
    ['device_code is no text', codeAnswer({ device_code: 7 })],
    ['device_code is empty', codeAnswer({ device_code: '' })],
    ['device_code is too long', codeAnswer({ device_code: deviceCode.repeat(200) })],
    ['user_code is missing', codeAnswer({ user_code: undefined })],
    ['user_code is no text', codeAnswer({ user_code: [echo] })],
    ['user_code is empty', codeAnswer({ user_code: '\u001b\u200b ' })],
    ['user_code is too long', codeAnswer({ user_code: 'x'.repeat(257) })],
    ['verification_uri is missing', codeAnswer({ verification_uri: undefined })],
    ['verification_uri is no text', codeAnswer({ verification_uri: { echo } })],
    ...[
      `javascript:alert('${echo}')`,
      `file:///${echo}`,
      '/device',
      echo,
      `shttps://${echo}`,
      `https://cloud.dify.ai:${bearer}@evil.example`,
      `https://${bearer}@evil.example`,
      `https://:${bearer}@evil.example`,
    ].map((verification_uri): [string, DifyAnswer] => [
      'verification_uri is no http or https address',
      codeAnswer({ verification_uri }),
    ]),
    ['expires_in is missing', codeAnswer({ expires_in: undefined })],
    ['expires_in is no number', codeAnswer({ expires_in: echo })],
    ['expires_in is over already', codeAnswer({ expires_in: 0 })],
    ['expires_in is less than 0', codeAnswer({ expires_in: -1 })],
    ['interval is no number', codeAnswer({ interval: echo })],
    ['interval is less than 0', codeAnswer({ interval: -1 })],
  ])('a device code: %s', async (fault, answer) => {
    const trial = await startTrial({ code: [answer] });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} sends a ${oneKey.device_code} ${bad} ${fault}`);
    expect(trial.shown).toEqual([]);
  });

  test('a device code that ends before it may be asked about', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 5, interval: 5 })] });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toContain('ends before the host may be asked about it');
  });

  test.each<[string, unknown]>([
    ['token is missing', { token: undefined }],
    ['token is missing', { token: undefined, access_token: bearer }],
    ['token is no text', { token: { bearer } }],
    ['token is empty', { token: '' }],
    ['token is too long', { token: bearer.repeat(5000) }],
    ['token holds characters that no token has', { token: `${bearer}\r\nx: y` }],
    ['token holds characters that no token has', { token: `${bearer} ` }],
    ['expires_at is no time', { expires_at: bearer }],
    ['expires_at is no time', { expires_at: '2026-13-03T09:00:00Z' }],
    ['expires_at is no time', { expires_at: 'tomorrow' }],
    ['expires_at is no time', { expires_at: '03/12/2026' }],
    ['expires_at is no time', { expires_at: 'on 2026-12-03T09:00:00Z' }],
    ['expires_at is no time', { expires_at: '2026-12-03T09:00:00Z or so' }],
    ['expires_at is no time', { expires_at: '2026-12-03T09:00:00 -05:00' }],
    ['expires_at is no time', { expires_at: 0 }],
    ['expires_at is no time', { expires_at: 1e300 }],
    ['expires_at is no time', { expires_at: 1_796_288_400_000 }],
    ['expires_at is neither text nor a number', { expires_at: { bearer } }],
    ['account is no object', { account: bearer }],
    ['account.id is no text', { account: { id: 7 } }],
    ['account.id is too long', { account: { id: bearer.repeat(30) } }],
    ['account.name holds characters that do not print', { account: { id: 'a', name: `${bearer}\u001b[2J` } }],
    ['subject_email holds characters that do not print', { subject_email: `alice\u0000${bearer}` }],
    ['token_id is no text', { token_id: true }],
  ])('a token: %s (%#)', async (fault, changes) => {
    const trial = await startTrial({ token: [tokenAnswer(changes as Record<string, unknown>)] });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} sends a ${oneKey.token} ${bad} ${fault}`);
  });

  test.each<[string, DifyAnswer]>([
    ['answers 200 with something that is no JSON object', { body: `<html>${echo}</html>` }],
    ['answers 200 with something that is no JSON object', { body: '' }],
    ['answers 200 with something that is no JSON object', { body: [echo] }],
    ['answers 200 with something that is no JSON object', { body: 'null' }],
    ['answers 200 with something that is no JSON object', { body: JSON.stringify(echo) }],
    ['answers 200 with something that is no JSON object', { body: `{"token": "${echo}` }],
    ['answers 200 with something that is no JSON object', { body: new Uint8Array([0xff, 0xfe, 0x00]) }],
    ['answers 204 with something that is no JSON object', { status: 204 }],
    ['answers 403 with something that is no JSON object', { status: 403, body: `<html>${echo}</html>` }],
    ['answers 401 with an error that has no name', { status: 401, body: { token: bearer } }],
    ['answers 400 with the error "invalid_client"', { status: 400, body: { error: 'invalid_client', message: echo } }],
    ['answers 200 with the error "invalid_grant"', { body: { error: 'invalid_grant', token: bearer } }],
    ['answers 403 with the error "forbidden"', { status: 403, body: { code: 'forbidden', message: echo } }],
    ['answers 400 with an error that has no name', { status: 400, body: { error: { echo } } }],
    ['answers 400 with an error that has no name', { status: 400, body: {} }],
    ['answers 400 with an error that has no name', { status: 400, body: { error: `no ${deviceCode}` } }],
    [`answers 400 with the error "${'x'.repeat(100)}"`, { status: 400, body: { error: 'x'.repeat(101) } }],
    ['answers 400 with the error "[2J no"', { status: 400, body: { error: '\u001b[2J\u202e no' } }],
  ])('%s (%#)', async (fault, answer) => {
    const trial = await startTrial({ token: [answer] });
    expect((await trial.fails('sign-in-unreachable')).message).toBe(`${trial.host.url} ${fault}`);
    expect(trial.waits).toHaveLength(1);
  });

  test('an error of the token’s where a code was asked for', async () => {
    const trial = await startTrial({ code: [{ status: 400, body: { error: 'expired_token' } }] });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} answers expired_token where a code was asked for`);
  });
});

test.each([404, 405])('%i: this host has no device sign-in', async (status) => {
  const trial = await startTrial({ code: [{ status, body: '<html>not here</html>' }] });
  const { message, hint } = await trial.fails('sign-in-refused');
  expect(message).toBe(`${trial.host.url}: this host has no device sign-in`);
  expect(hint).toContain('check the name of the host');
  expect(trial.host.requests).toHaveLength(1);
});

test('access_denied to the request for a code is sign-in-refused', async () => {
  const trial = await startTrial({ code: [{ status: 403, body: { error: 'access_denied' } }] });
  await trial.fails('sign-in-refused');
});

test('an error that a request for a code is answered with is named', async () => {
  const trial = await startTrial({ code: [{ status: 400, body: { error: 'undefined_parameter' } }] });
  const { message } = await trial.fails('sign-in-unreachable');
  expect(message).toBe(`${trial.host.url} answers 400 with the error "undefined_parameter"`);
});

describe('a redirect', () => {
  test.each([300, 301, 302, 303, 307, 308])('%i is said with where it leads, and not followed', async (status) => {
    const other = await startDifyHost();
    const trial = await startTrial({ code: [{ status, headers: { location: `${other.url}/device?x=${bearer}` } }] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} redirects to another address, which a sign-in does not follow`);
    expect(hint).toBe(`where that is right, sign in at ${other.url}`);
    expect(other.requests).toEqual([]);
    await other.stop();
  });

  test.each([`https://${deviceCode}.example/`, 'http://[', 'javascript:alert(1)', undefined])(
    'of the device code, to %s, tells nothing of where it leads',
    async (location) => {
      const trial = await startTrial({ token: [{ status: 307, headers: location ? { location } : {} }] });
      expect((await trial.fails('sign-in-unreachable')).hint).toBeUndefined();
    },
  );
});

test.each(['http://[', 'javascript:alert(1)', undefined])(
  'a redirect to %s, which is nowhere, has no hint',
  async (location) => {
    const trial = await startTrial({ code: [{ status: 307, headers: location ? { location } : {} }] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} redirects to another address, which a sign-in does not follow`);
    expect(hint).toBeUndefined();
    expect(trial.host.requests).toHaveLength(1);
  },
);

describe('an answer of more than 1 MiB is not read', () => {
  const ofSize = (bytes: number) => {
    const rest = JSON.stringify({ token: bearer, filler: '' }).length;
    return Buffer.from(JSON.stringify({ token: bearer, filler: 'x'.repeat(bytes - rest) }));
  };
  const large = ofSize(1024 * 1024 + 1);

  test('but one of just that size is', async () => {
    const trial = await startTrial({ token: [{ body: ofSize(1024 * 1024) }] });
    expect((await trial.signIn()).accessToken).toBe(bearer);
  });

  test.each<[string, DifyAnswer]>([
    ['as it is', { body: large }],
    ['compressed to little', { body: gzipSync(large), headers: { 'content-encoding': 'gzip' } }],
  ])('%s', async (_, answer) => {
    const trial = await startTrial({ token: [answer] });
    expect((await trial.fails('sign-in-unreachable')).message).toBe(`${trial.host.url} answers with more than 1 MiB`);
    expect(trial.host.requests).toHaveLength(2);
  });
});

describe('what fetch says', () => {
  const coded = (code: unknown, message = 'in words') =>
    Object.assign(new Error(message, { cause: echo }), { code, data: echo });
  const again = [500, 1000, 2000];

  test.each([
    ['by its code', coded('UND_ERR_SOCKET', echo), 'cannot be reached (UND_ERR_SOCKET)', again],
    ['by its code', coded('EPROTOTYPE'), 'cannot be reached (EPROTOTYPE)', again],
    ['by its code', coded('ENOTFOUND'), 'is a name that nobody knows (ENOTFOUND)', again],
    ['in words, where the code is a number', coded(20), 'cannot be reached (in words)', again],
    ['in words, where the code is none', coded('of no use'), 'cannot be reached (in words)', again],
    ['in words, where the code only begins as one', coded('E1 x'), 'cannot be reached (in words)', again],
    ['in words, where the code only ends as one', coded('xE1'), 'cannot be reached (in words)', again],
    [
      'in the innermost words',
      new Error('outer', { cause: new Error('bad\nport') }),
      'cannot be reached (badport)',
      again,
    ],
    ['in its own words, where there is no cause', 'text', 'cannot be reached (fetch failed)', again],
    [
      'once, where it is the certificate',
      coded('CERT_HAS_EXPIRED'),
      'has a certificate that does not hold (CERT_HAS_EXPIRED)',
      [],
    ],
    ['once, where it is TLS', coded('EPROTO'), 'does not speak TLS as it should (EPROTO)', []],
    ['and words are no code', new Error('no CERT_, no ERR_SSL_'), 'cannot be reached (no CERT_, no ERR_SSL_)', again],
    ['and words are no code', new Error('INVALID_CAT'), 'cannot be reached (INVALID_CAT)', again],
  ])('is told %s (%#)', async (_, cause, said, waits) => {
    const trial = await startTrial({}, { fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) });
    expect((await trial.fails('sign-in-unreachable')).message).toBe(`${trial.host.url} ${said}`);
    expect(trial.waits).toEqual(waits);
  });

  test('of no error at all is no reason given', async () => {
    const trial = await startTrial({}, { fetch: () => Promise.reject(echo) });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} cannot be reached (no reason given)`);
  });
});
