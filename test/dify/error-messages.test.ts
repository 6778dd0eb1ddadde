import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { createSelfSigned } from '../support/certificate.ts';
import {
  bearer,
  codeAnswer,
  type DifyAnswer,
  type DifyScript,
  deviceCode,
  errorAnswer,
  startDifyHost,
  tokenAnswer,
} from '../support/dify-host.ts';
import { needs } from '../support/needs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { startTrial, type Trial } from './harness.ts';

/** What a response could contain to make a message show a secret. */
const echo = `${deviceCode} ${bearer}`;

async function failWith(
  trial: Trial,
  code: Parameters<Trial['fails']>[0] = 'sign-in-unreachable',
): Promise<readonly (string | undefined)[]> {
  const { message, hint } = await trial.fails(code);
  return [message.replaceAll(trial.host.url, 'HOST'), hint];
}

const checkServer = "check the server's address; if it is right, report this to whoever runs the server";
const portal = 'if this network has a sign-in page of its own, open it in a browser, and try again';

describe('an invalid device code', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['device_code is missing', { device_code: undefined }],
    ['device_code is not a string', { device_code: 7 }],
    ['device_code is empty', { device_code: '' }],
    ['device_code is too long', { device_code: deviceCode.repeat(200) }],
    ['user_code is missing', { user_code: undefined }],
    ['user_code is not a string', { user_code: [echo] }],
    ['user_code is empty', { user_code: '\u001b\u200b ' }],
    ['user_code is too long', { user_code: 'x'.repeat(257) }],
    ['verification_uri is missing', { verification_uri: undefined }],
    ['verification_uri is not a string', { verification_uri: { echo } }],
    ...[
      `javascript:alert('${echo}')`,
      `file:///${echo}`,
      '/device',
      echo,
      `shttps://${echo}`,
      `https://cloud.dify.ai:${bearer}@evil.example`,
      `https://${bearer}@evil.example`,
      `https://:${bearer}@evil.example`,
    ].map((verification_uri): [string, Readonly<Record<string, unknown>>] => [
      'verification_uri is not an http or https URL',
      { verification_uri },
    ]),
    ['expires_in is missing', { expires_in: undefined }],
    ['expires_in is not a number', { expires_in: echo }],
    ['expires_in has already passed', { expires_in: 0 }],
    ['expires_in is negative', { expires_in: -1 }],
    ['interval is not a number', { interval: echo }],
    ['interval is negative', { interval: -1 }],
    ['it expires before the first poll', { expires_in: 5, interval: 5 }],
  ])('%s (%#)', async (problem, changes) => {
    const trial = await startTrial({ code: [codeAnswer(changes)] });
    expect(await failWith(trial)).toEqual([`invalid device code from HOST: ${problem}`, checkServer]);
    expect(trial.prompts).toEqual([]);
  });
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['token is missing', { token: undefined }],
  ['token is missing', { token: undefined, access_token: bearer }],
  ['token is not a string', { token: { bearer } }],
  ['token is empty', { token: '' }],
  ['token is too long', { token: bearer.repeat(5000) }],
  ['token contains characters that are invalid in a token', { token: `${bearer}\r\nx: y` }],
  ['token contains characters that are invalid in a token', { token: `${bearer} ` }],
])('an invalid token: %s (%#)', async (problem, changes) => {
  const trial = await startTrial({ token: [tokenAnswer(changes)] });
  expect(await failWith(trial)).toEqual([`invalid token from HOST: ${problem}`, checkServer]);
});

describe('a response', () => {
  test.each<[string, DifyAnswer]>([
    ['status 200 and no JSON object', { body: `<html>${echo}</html>` }],
    ['status 200 and no JSON object', { body: '' }],
    ['status 200 and no JSON object', { body: [echo] }],
    ['status 200 and no JSON object', { body: 'null' }],
    ['status 200 and no JSON object', { body: JSON.stringify(echo) }],
    ['status 200 and no JSON object', { body: `{"token": "${echo}` }],
    ['status 200 and no JSON object', { body: new Uint8Array([0xff, 0xfe, 0x00]) }],
    ['status 204 and no JSON object', { status: 204 }],
    ['status 403 and no JSON object', { status: 403, body: `<html>${echo}</html>` }],
    ['status 401 and an unnamed error', { status: 401, body: { token: bearer } }],
    ['status 400 and the error "invalid_client"', { status: 400, body: { error: 'invalid_client', message: echo } }],
    ['status 200 and the error "invalid_grant"', { body: { error: 'invalid_grant', token: bearer } }],
    ['status 403 and the error "forbidden"', { status: 403, body: { code: 'forbidden', message: echo } }],
    ['status 403 and the error "forbidden"', { status: 403, body: { error: '\u200b', code: 'forbidden' } }],
    ['status 400 and an unnamed error', { status: 400, body: { error: { echo } } }],
    ['status 400 and an unnamed error', { status: 400, body: {} }],
    ['status 400 and the error "no [secret]"', { status: 400, body: { error: `no ${deviceCode}` } }],
    [`status 400 and the error "${'x'.repeat(100)}"`, { status: 400, body: { error: 'x'.repeat(101) } }],
    ['status 400 and the error "[2J no"', { status: 400, body: { error: '\u001b[2J\u202e no' } }],
  ])('with %s (%#)', async (what, answer) => {
    const trial = await startTrial({ token: [answer] });
    const [message] = await failWith(trial);
    expect(message).toBe(`HOST responded with ${what}`);
    expect(trial.waits).toHaveLength(1);
  });

  test.each<[string, DifyAnswer, string | undefined]>([
    ['a page with status 200', { body: '<html>Welcome</html>' }, portal],
    ['a page with status 403', { status: 403, body: '<html>Forbidden</html>' }, checkServer],
    ['JSON', { body: ['x'] }, checkServer],
  ])('that is %s: suggests the sign-in page of the network if it can be that', async (_, answer, hint) => {
    const trial = await startTrial({ token: [answer] });
    expect((await failWith(trial))[1]).toBe(hint);
  });

  test('to the request for a code with an error for the request for a token', async () => {
    const trial = await startTrial({ code: [errorAnswer('expired_token')] });
    expect(await failWith(trial)).toEqual(['HOST responded with expired_token to the request for a code', checkServer]);
  });

  test('to the request for a code with an unknown error', async () => {
    const trial = await startTrial({ code: [errorAnswer('undefined_parameter')] });
    const message = 'HOST responded with status 400 and the error "undefined_parameter"';
    expect(await failWith(trial)).toEqual([message, checkServer]);
  });

  test.each([404, 405])('with status %i: the host has no device sign-in', async (status) => {
    const trial = await startTrial({ code: [{ status, body: '<html>not here</html>' }] });
    expect(await failWith(trial, 'sign-in-refused')).toEqual([
      'HOST: this host has no device sign-in',
      'check the host name, and whether its version of Dify supports device sign-in',
    ]);
    expect(trial.host.requests).toHaveLength(1);
  });

  const ofSize = (bytes: number) => {
    const rest = JSON.stringify({ token: bearer, filler: '' }).length;
    return Buffer.from(JSON.stringify({ token: bearer, filler: 'x'.repeat(bytes - rest) }));
  };
  const large = ofSize(1024 * 1024 + 1);

  test('of exactly 1 MiB is read', async () => {
    const trial = await startTrial({ token: [{ body: ofSize(1024 * 1024) }] });
    expect((await trial.signIn()).accessToken).toBe(bearer);
  });

  test.each<[string, DifyAnswer]>([
    ['larger than 1 MiB', { body: large }],
    ['that is larger than 1 MiB when decompressed', { body: gzipSync(large), headers: { 'content-encoding': 'gzip' } }],
  ])('%s is not read', async (_, answer) => {
    const trial = await startTrial({ token: [answer] });
    expect(await failWith(trial)).toEqual(['HOST sent a response larger than 1 MiB', undefined]);
    expect(trial.host.requests).toHaveLength(2);
  });
});

describe('the end of a sign-in', () => {
  const down = { status: 503 };
  const tooMany = (seconds: number) => ({ status: 429, headers: { 'retry-after': `${seconds}` } });
  const denied = 'the sign-in at HOST was denied';
  const late = 'the code was not confirmed at HOST in time';

  test.each<[string, DifyScript, Parameters<Trial['fails']>[0], string, string | undefined]>([
    ['denied', { token: [errorAnswer('access_denied')] }, 'sign-in-refused', denied, undefined],
    ['denied before the prompt', { code: [errorAnswer('access_denied', 403)] }, 'sign-in-refused', denied, undefined],
    ['expired', { token: [errorAnswer('expired_token')] }, 'timed-out', late, 'sign in again'],
    [
      'unavailable for a code',
      { code: [down] },
      'sign-in-unreachable',
      'HOST responded with status 503',
      'try again later',
    ],
    [
      'too busy for a code',
      { code: [tooMany(600)] },
      'sign-in-unreachable',
      'HOST responded with status 429: too many requests',
      'try again in 600 s, as the host asks',
    ],
    [
      'too slow for a code',
      { code: [errorAnswer('slow_down')] },
      'sign-in-unreachable',
      'HOST responded with slow_down',
      'try again later',
    ],
    [
      'unavailable for a token',
      { token: [down] },
      'sign-in-unreachable',
      'HOST responded with status 503',
      'try again later',
    ],
    [
      'too busy for a token',
      { token: [tooMany(900)] },
      'sign-in-unreachable',
      'HOST asks to wait until after its code has expired',
      'try again later',
    ],
  ])('%s', async (_, script, code, ...row) => {
    expect(await failWith(await startTrial(script), code)).toEqual(row);
  });
});

describe('a redirect', () => {
  const message = 'HOST redirects to another address, which a sign-in does not follow';

  test.each([300, 301, 302, 303, 307, 308])(
    'with status %i is not followed, and its target is shown',
    async (status) => {
      const other = await startDifyHost();
      const trial = await startTrial({ code: [{ status, headers: { location: `${other.url}/device?x=${bearer}` } }] });
      expect(await failWith(trial)).toEqual([message, `if that is correct, sign in at ${other.url}`]);
      expect(other.requests).toEqual([]);
      await other.stop();
    },
  );

  test.each([`https://${deviceCode}.example/`, 'http://[', 'javascript:alert(1)', undefined])(
    'of the device code to %s: its target is not shown',
    async (location) => {
      const trial = await startTrial({ token: [{ status: 307, headers: location ? { location } : {} }] });
      expect(await failWith(trial)).toEqual([message, undefined]);
    },
  );

  test.each(['http://[', 'javascript:alert(1)', undefined])('to %s has no target to show', async (location) => {
    const trial = await startTrial({ code: [{ status: 307, headers: location ? { location } : {} }] });
    expect(await failWith(trial)).toEqual([message, undefined]);
    expect(trial.host.requests).toHaveLength(1);
  });
});

describe('a connection that fails', () => {
  const withCode = (code: string, message = 'not shown') =>
    Object.assign(new Error(message, { cause: echo }), { code, data: echo });

  test.each([
    ['UND_ERR_SOCKET', withCode('UND_ERR_SOCKET', echo), 'connection closed (UND_ERR_SOCKET)'],
    ['an unknown code', withCode('EPROTOTYPE', `bad\nport of ${deviceCode}`), 'bad port of [secret]'],
  ])('with %s is retried', async (_, cause, problem) => {
    const send: typeof fetch = (url, options) =>
      `${url}`.endsWith('/token') ? Promise.reject(new TypeError('fetch failed', { cause })) : fetch(url, options);
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 20 })] }, { fetch: send });
    expect(await failWith(trial)).toEqual([`cannot connect to HOST: ${problem}`, 'try again later']);
    expect(trial.waits).toEqual([5000, 10_000, 5000]);
  });

  test.each([
    ['the certificate', withCode('CERT_HAS_EXPIRED'), 'the certificate of HOST is invalid: expired (CERT_HAS_EXPIRED)'],
    ['TLS', withCode('EPROTO'), 'cannot connect to HOST: TLS handshake failed (EPROTO)'],
  ])('because of %s is not retried', async (_, cause, expected) => {
    const trial = await startTrial({}, { fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) });
    const [message] = await failWith(trial);
    expect(message).toBe(expected);
    expect(trial.waits).toEqual([]);
  });

  test('because the host has no TLS is not retried', async () => {
    const trial = await startTrial();
    const { message } = await trial.fails('sign-in-unreachable', trial.host.url.replace('http:', 'https:'));
    expect(message).toMatch(/^cannot connect to https:\/\/127\.0\.0\.1:\d+: TLS handshake failed \(\w+\)$/);
    expect(trial.waits).toEqual([]);
  });

  test(
    '[DF2] because the certificate is self-signed is not retried',
    needs(!missingProgram('openssl'), 'openssl'),
    async () => {
      const trial = await startTrial({ tls: createSelfSigned() });
      const [message, hint] = await failWith(trial);
      expect(message).toBe('the certificate of HOST is invalid: self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)');
      expect(hint).toContain('NODE_EXTRA_CA_CERTS');
      expect(trial.waits).toEqual([]);
      expect(trial.host.requests).toEqual([]);
    },
  );
});

test('a proxy that cannot be reached is named with its variable, and the hint says how to do without it', async () => {
  const trial = await startTrial();
  const { url } = trial.host;
  await trial.host.stop();
  vi.stubEnv('HTTPS_PROXY', url);
  try {
    const { message, hint } = await trial.fails('sign-in-unreachable', 'https://dify.example');
    expect(message).toBe(`cannot connect to the proxy ${url} (HTTPS_PROXY): connection refused (ECONNREFUSED)`);
    expect(hint).toBe('check HTTPS_PROXY, or list dify.example in NO_PROXY to connect without a proxy');
  } finally {
    vi.unstubAllEnvs();
  }
});
