import { afterEach, describe, expect, test, vi } from 'vitest';
import { type OAuthCall, toError } from '../../src/adapters/sign-in/oauth/to-error.ts';
import type { CredentialError, ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { createClient, expectAllHidden } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';
import { type Answer, findClosedPort, startStub } from './stub-server.ts';

const tokens = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };

const authority =
  'if your network has its own certificate authority, set NODE_EXTRA_CA_CERTS to the file with its certificate';
const checkClient = 'check the client ID, and the client secret if there is one';
const signIn = 'sign in again';
const retryFirst = "try again; if that doesn't help, sign in again";
const later = 'try again later';
const portal = 'if this network has a sign-in page of its own, open it in a browser, and try again';

const checkServer = "check the server's address; if it is right, report this to whoever runs the server";

function toRow({ message, hint }: CredentialError, issuer = 'ISSUER') {
  return [message.replaceAll(issuer, 'ISSUER'), hint];
}

describe('a request without a response', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** `thrown`: what `fetch` rejects with. */
  async function refreshWithout(thrown: unknown) {
    vi.stubGlobal('fetch', () => Promise.reject(thrown));
    const error = await failure(createClient({ issuer: 'https://id.example' }).refresh(tokens), 'sign-in-unreachable');
    expectAllHidden(error, Object.values(tokens));
    return toRow(error, 'https://id.example');
  }

  /** As undici reports it: the cause has the code. */
  const failed = (code: unknown, message = 'not shown') =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

  test.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ENOTFOUND', 'host not found'],
    ['EAI_AGAIN', 'DNS lookup failed'],
    ['ECONNRESET', 'connection reset'],
    ['EPIPE', 'connection closed'],
    ['UND_ERR_SOCKET', 'connection closed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connection timed out'],
    ['ETIMEDOUT', 'connection timed out'],
    ['EHOSTUNREACH', 'no route to host'],
    ['ENETUNREACH', 'network unreachable'],
    ['EPROTO', 'TLS handshake failed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS handshake failed'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'TLS handshake failed'],
  ])('%s: %s', async (code, problem) => {
    expect(await refreshWithout(failed(code))).toEqual([`cannot connect to ISSUER: ${problem} (${code})`, undefined]);
  });

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', ': self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', ': signed by an unknown authority'],
    ['UNABLE_TO_GET_ISSUER_CERT', ': signed by an unknown authority'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', ': signed by an unknown authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', ': signed by an unknown authority'],
    ['CERT_UNTRUSTED', ': signed by an untrusted authority'],
    ['CERT_REJECTED', ': signed by an untrusted authority'],
    ['CERT_HAS_EXPIRED', ': expired'],
    ['CERT_NOT_YET_VALID', ': not valid yet'],
    ['CERT_REVOKED', ': revoked'],
    ['CERT_SIGNATURE_FAILURE', ': invalid signature'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', ': issued for another host name'],
    ['CERT_CHAIN_TOO_LONG', ''],
    ['HOSTNAME_MISMATCH', ''],
    ['INVALID_CA', ''],
    ['PATH_LENGTH_EXCEEDED', ''],
  ])('%s: an invalid certificate%s', async (code, problem) => {
    const message = `the certificate of ISSUER is invalid${problem} (${code})`;
    expect(await refreshWithout(failed(code))).toEqual([message, authority]);
  });

  test('the innermost code counts', async () => {
    const inner = Object.assign(new Error('x', { cause: { code: 'EPIPE' } }), { code: 'ECONNRESET' });
    const outer = Object.assign(new Error('y', { cause: inner }), { code: 'UND_ERR_SOCKET' });
    const [message] = await refreshWithout(new TypeError('fetch failed', { cause: outer }));
    expect(message).toBe('cannot connect to ISSUER: connection reset (ECONNRESET)');
  });

  test.each([
    ['an unknown code', failed('EWHATEVER', 'bad\nport of the-access-token'), 'bad port of [secret]'],
    ['a code that only begins like a TLS error', failed('EPROTOTYPE', 'bad port'), 'bad port'],
    ['a code that only ends like a TLS error', failed('XEPROTO', 'bad port'), 'bad port'],
    ['a code that only contains one of OpenSSL', failed('NO_CERT_HERE', 'bad port'), 'bad port'],
    ['a code that only begins like one of OpenSSL', failed('INVALID_CAT', 'bad port'), 'bad port'],
    ['a code that continues with other text', failed('CERT_ a', 'bad port'), 'bad port'],
    ['a code that is a number', failed(20, 'bad port'), 'bad port'],
    ['no cause', new TypeError('fetch failed'), 'fetch failed'],
    ['no error', 'the-refresh-token is bad', 'unknown error'],
  ])('%s: shows the innermost message', async (_, thrown, problem) => {
    expect(await refreshWithout(thrown)).toEqual([`cannot connect to ISSUER: ${problem}`, undefined]);
  });
});

describe('a refresh', () => {
  async function refreshWith(answer: Answer, code: ErrorCode) {
    const stub = await startStubProvider({ token: () => answer });
    return toRow(await failure(createClient(stub).refresh(tokens), code), stub.issuer);
  }

  test.each<[string, ErrorCode, string, string | undefined]>([
    ['invalid_grant', 'not-signed-in', 'the sign-in has expired or was revoked: ISSUER reports invalid_grant', signIn],
    [
      'interaction_required',
      'not-signed-in',
      'the sign-in has expired or was revoked: ISSUER reports interaction_required',
      signIn,
    ],
    [
      'bad_refresh_token',
      'not-signed-in',
      'the sign-in has expired or was revoked: ISSUER reports bad_refresh_token',
      signIn,
    ],
    ['invalid_client', 'sign-in-refused', 'ISSUER rejected this client: invalid_client', checkClient],
    ['unauthorized_client', 'sign-in-refused', 'ISSUER rejected this client: unauthorized_client', checkClient],
    ['server_error', 'sign-in-unreachable', 'ISSUER rejected the refresh: server_error', later],
    ['temporarily_unavailable', 'sign-in-unreachable', 'ISSUER rejected the refresh: temporarily_unavailable', later],
    ['slow_down', 'sign-in-unreachable', 'ISSUER rejected the refresh: slow_down', later],
    ['invalid_scope', 'sign-in-refused', 'ISSUER rejected the refresh: invalid_scope', retryFirst],
  ])('with the error %s: %s', async (error, code, ...row) => {
    expect(await refreshWith({ status: 400, body: { error } }, code)).toEqual(row);
  });

  test.each<[string, Answer, string]>([
    ['a description', { status: 400, body: { error: 'x', error_description: 'Not today' } }, 'Not today (x)'],
    ['an empty description', { status: 400, body: { error: 'x', error_description: '' } }, 'x'],
    ['a description that is not a string', { status: 400, body: { error: 'x', error_description: 7 } }, 'x'],
  ])('with an error and %s', async (_, answer, reason) => {
    expect(await refreshWith(answer, 'sign-in-refused')).toEqual([
      `ISSUER rejected the refresh: ${reason}`,
      retryFirst,
    ]);
  });

  test.each<[string, Answer, string, string]>([
    ['429', { status: 429, body: {} }, 'status 429: too many requests', later],
    ['429 and HTML', { status: 429, type: 'text/html', body: 'x' }, 'status 429: too many requests', later],
    [
      '429 and a time',
      { status: 429, headers: { 'retry-after': '17' }, body: { error: 'invalid_grant' } },
      'status 429: too many requests',
      'try again in 17 s, as the server asks',
    ],
    [
      '503 and a time',
      { status: 503, headers: { 'retry-after': '120' }, body: { error: 'invalid_grant' } },
      'status 503: it is unavailable',
      'try again in 120 s, as the server asks',
    ],
    ['503', { status: 503, body: '' }, 'status 503: it is unavailable', later],
  ])('with %s: try again later', async (_, answer, reason, hint) => {
    expect(await refreshWith(answer, 'sign-in-unreachable')).toEqual([`ISSUER responded with ${reason}`, hint]);
  });

  test.each<[string, Answer, string, string?]>([
    ['500 and an error', { status: 500, body: { error: 'invalid_grant' } }, 'status 500', later],
    ['502 and HTML', { status: 502, type: 'text/html', body: 'x' }, 'status 502', later],
    ['400 and no error', { status: 400, body: { message: 'x' } }, 'status 400'],
    ['400 and an error of another type', { status: 400, body: { error: { code: 7 } } }, 'status 400'],
    ['400 and HTML', { status: 400, type: 'text/html', body: 'x' }, 'status 400'],
    ['403 and no error', { status: 403, body: {} }, 'status 403'],
    ['511', { status: 511, type: 'text/html', body: 'x' }, 'status 511', portal],
    ['500 and no error', { status: 500, body: {} }, 'status 500', later],
    ['204', { status: 204, body: '' }, 'status 204'],
    ['a redirect', { status: 307, headers: { location: '/' }, body: '' }, 'status 307', portal],
    ['no content type', { type: '', body: 'x' }, 'a response without a type instead of JSON'],
    ['malformed JSON', { body: 'x' }, 'malformed JSON'],
    ['HTML', { type: 'text/html; charset=utf-8', body: 'x' }, 'text/html instead of JSON', portal],
  ])('with %s: an invalid response', async (_, answer, reason, hint) => {
    const message = `invalid response from ISSUER: ${reason}`;
    expect(await refreshWith(answer, 'sign-in-unreachable')).toEqual([message, hint ?? checkServer]);
  });

  const challenge = (text: string): Answer => ({ status: 401, headers: { 'www-authenticate': text }, body: {} });

  test.each<[string, Answer, string]>([
    [
      'an error',
      challenge('Basic error="unauthorized_client", error_description="unheard of"'),
      'unheard of (unauthorized_client)',
    ],
    ['only a realm', challenge('Basic realm="x"'), 'invalid_client'],
  ])('with a 401 challenge and %s: the client was rejected', async (_, answer, reason) => {
    expect(await refreshWith(answer, 'sign-in-refused')).toEqual([
      `ISSUER rejected this client: ${reason}`,
      checkClient,
    ]);
  });

  test('with a challenge of another status and no error: the status', async () => {
    const answer = { ...challenge('Basic realm="x"'), status: 403 };
    const message = 'invalid response from ISSUER: status 403';
    expect(await refreshWith(answer, 'sign-in-unreachable')).toEqual([message, checkServer]);
  });

  test('without a refresh token', async () => {
    const error = await failure(
      createClient({ issuer: 'http://127.0.0.1:1' }).refresh({ accessToken: 'a' }),
      'not-signed-in',
    );
    expect(toRow(error)).toEqual(['the sign-in has expired or was revoked: there is no refresh token', signIn]);
  });

  test('at an endpoint that is down: names the endpoint', async () => {
    const endpoint = await findClosedPort();
    const { issuer } = await startStubProvider({ metadata: { token_endpoint: `${endpoint}/token` } });
    const { message } = await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    expect(message).toBe(`cannot connect to ${endpoint} (an endpoint of ${issuer}): connection refused (ECONNREFUSED)`);
  });
});

describe('metadata', () => {
  test.each<[string, Answer, string]>([
    ['JSON of another type', { body: ['x'] }, '"response" body must be a top level object'],
    ['no issuer', { body: {} }, '"response" body "issuer" property must be a string'],
    [
      'another issuer',
      { body: { issuer: 'https://evil.example/\u001b[31m' } },
      'the metadata is for the issuer https://evil.example/ [31m',
    ],
  ])('with %s', async (_, answer, reason) => {
    const { issuer } = await startStub(() => answer);
    const error = await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    expect(toRow(error, issuer)).toEqual([`invalid response from ISSUER: ${reason}`, checkServer]);
  });

  test('that is too large', async () => {
    const { issuer } = await startStub(() => ({ body: ' '.repeat(1024 * 1024 + 1) }));
    const error = await failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    expect(toRow(error, issuer)).toEqual(['ISSUER sent a response larger than 1 MiB', undefined]);
  });
});

describe('a limit', () => {
  test.each([
    [60_000, '1 min'],
    [90_000, '90 s'],
    [59_000, '59 s'],
  ])('of %i ms for the sign-in: %s', async (timeoutMs, duration) => {
    const stub = await startStubProvider({});
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const openUrl = () => void vi.advanceTimersByTimeAsync(timeoutMs);
    const error = await failure(createClient(stub, { timeoutMs }).signIn({ openUrl }), 'timed-out').finally(() =>
      vi.useRealTimers(),
    );
    expect(toRow(error)).toEqual([`the sign-in was not completed within ${duration}`, signIn]);
  });

  test('of 200 ms for a request: 0.2 s', async () => {
    const { issuer } = await startStub(() => ({ body: undefined }));
    const error = await failure(createClient({ issuer }, { limitMs: 200 }).refresh(tokens), 'sign-in-unreachable');
    expect(toRow(error, issuer)).toEqual(['ISSUER did not respond within 0.2 s', undefined]);
  });
});

describe('an invalid setting', () => {
  const parts = 'invalid issuer: a user name, password, query or fragment is not allowed';

  test.each([
    ['accounts.google.com', 'invalid issuer: it is not a URL'],
    ['http://id.example', 'invalid issuer: it would receive tokens unencrypted'],
    ['http://127.0.0.1.evil.example', 'invalid issuer: it would receive tokens unencrypted'],
    ['ftp://localhost', 'invalid issuer: it would receive tokens unencrypted'],
    ['https://user@id.example', parts],
    ['https://:the-password@id.example', parts],
    ['https://id.example?x=y', parts],
    ['https://id.example#x', parts],
  ])('issuer %s', async (issuer, message) => {
    const error = await failure(createClient({ issuer }).refresh(tokens), 'invalid-setting');
    expect(error.message).toBe(message);
    expect(error.hint).toContain('https://accounts.google.com');
    expectAllHidden(error, ['the-password']);
  });

  test('no client ID', async () => {
    const client = createClient({ issuer: 'https://id.example' }, { clientId: '' });
    expect((await failure(client.refresh(tokens), 'invalid-setting')).message).toBe('missing client ID');
  });
});

describe('an error that nothing is known about', () => {
  const call: OAuthCall = {
    issuer: 'ISSUER',
    purpose: 'refresh',
    limitMs: 1,
    signal: undefined,
    clientHint: checkClient,
    secrets: Object.values(tokens),
  };

  test('is reported as failed, without the secrets in it', () => {
    const error = toError(new Error(`broken: ${tokens.refreshToken}`), call);
    expect([error.code, ...toRow(error)]).toEqual([
      'failed',
      'the refresh at ISSUER failed: broken: [secret]',
      undefined,
    ]);
    expectAllHidden(error, Object.values(tokens));
    expect(toError('thrown', call).message).toBe('the refresh at ISSUER failed: thrown');
  });

  test('is an invalid response if the library reports an invalid one without it', () => {
    const thrown = Object.assign(new Error('x'), { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM' });
    expect(toRow(toError(thrown, call))).toEqual(['invalid response from ISSUER: an unknown status', checkServer]);
  });
});
