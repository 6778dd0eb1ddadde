import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clientOf } from './session.ts';

const grant = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };

/** What is said at an issuer to which no request gets through, since `fetch` rejects with this. */
async function saidOf(thrown: unknown) {
  vi.stubGlobal('fetch', () => Promise.reject(thrown));
  const error = await failure(clientOf({ issuer: 'https://id.example' }).refresh(grant), 'sign-in-unreachable');
  expectAllHidden(error, Object.values(grant));
  return error;
}

/** As undici says it: what happened is a cause, and has a code. */
const failed = (code: unknown, message = 'of no use') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

async function linesOf(codes: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const code of codes) lines.push((await saidOf(failed(code))).message);
  return `\n${lines.join('\n')}\n`;
}

describe('a request that gets no answer', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('says what happened, with its code', async () => {
    const codes = [
      ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
      ...['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER'],
      'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    ];
    expect(await linesOf(codes)).toMatchInlineSnapshot(`
      "
      cannot reach https://id.example: nothing listens there (ECONNREFUSED)
      cannot reach https://id.example: there is no such host (ENOTFOUND)
      cannot reach https://id.example: its name cannot be looked up now (EAI_AGAIN)
      cannot reach https://id.example: the connection was cut (ECONNRESET)
      cannot reach https://id.example: the connection was cut (EPIPE)
      cannot reach https://id.example: the connection was cut (UND_ERR_SOCKET)
      cannot reach https://id.example: no answer in time (UND_ERR_CONNECT_TIMEOUT)
      cannot reach https://id.example: no answer in time (ETIMEDOUT)
      cannot reach https://id.example: there is no way to that host (EHOSTUNREACH)
      cannot reach https://id.example: there is no network (ENETUNREACH)
      cannot reach https://id.example: it does not speak TLS as it should (EPROTO)
      cannot reach https://id.example: it does not speak TLS there (ERR_SSL_WRONG_VERSION_NUMBER)
      cannot reach https://id.example: it does not speak TLS there (ERR_SSL_PACKET_LENGTH_TOO_LONG)
      "
    `);
  });

  test('for the certificate says what is wrong with it, and how an authority is made known', async () => {
    const codes = [
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT'],
      ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_UNTRUSTED', 'CERT_REJECTED'],
      ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'CERT_SIGNATURE_FAILURE'],
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ];
    expect(await linesOf(codes)).toMatchInlineSnapshot(`
      "
      the certificate of https://id.example does not hold: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not know (SELF_SIGNED_CERT_IN_CHAIN)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not know (UNABLE_TO_GET_ISSUER_CERT)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not know (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not know (UNABLE_TO_VERIFY_LEAF_SIGNATURE)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not trust (CERT_UNTRUSTED)
      the certificate of https://id.example does not hold: it is signed by an authority that this machine does not trust (CERT_REJECTED)
      the certificate of https://id.example does not hold: it has expired (CERT_HAS_EXPIRED)
      the certificate of https://id.example does not hold: it is not valid yet (CERT_NOT_YET_VALID)
      the certificate of https://id.example does not hold: it has been revoked (CERT_REVOKED)
      the certificate of https://id.example does not hold: its signature is wrong (CERT_SIGNATURE_FAILURE)
      the certificate of https://id.example does not hold: it is for another name (ERR_TLS_CERT_ALTNAME_INVALID)
      "
    `);
    expect((await saidOf(failed('CERT_UNTRUSTED'))).hint).toBe(
      "where a network's own authority signs, NODE_EXTRA_CA_CERTS names a file with its certificate",
    );
  });

  test('has no hint at certificates where it is for something else', async () => {
    expect((await saidOf(failed('ECONNREFUSED'))).hint).toBeUndefined();
  });

  test('is judged by the innermost code that is one', async () => {
    const inner = Object.assign(new Error('x', { cause: { code: 'EPIPE' } }), { code: 'ECONNRESET' });
    const outer = Object.assign(new Error('y', { cause: inner }), { code: 'UND_ERR_SOCKET' });
    expect((await saidOf(new TypeError('fetch failed', { cause: outer }))).message).toBe(
      'cannot reach https://id.example: the connection was cut (ECONNRESET)',
    );
  });

  test.each([
    ['a code that means nothing here', failed('EWHATEVER', 'bad\nport of the-access-token'), 'bad port of [secret]'],
    ['a code that is none', failed(20, 'bad port'), 'bad port'],
    ['no cause', new TypeError('fetch failed'), 'fetch failed'],
    ['no error at all', 'the-refresh-token is bad', '[secret] is bad'],
  ])('with %s is told in its innermost words', async (_, thrown, words) => {
    expect((await saidOf(thrown)).message).toBe(`cannot reach https://id.example: ${words}`);
  });
});

test('an issuer whose own address is TLS has no tokens go without it, not even to this machine', async () => {
  onTestFinished(() => void vi.unstubAllGlobals());
  const issuer = 'https://id.example';
  const metadata = { issuer, token_endpoint: 'http://127.0.0.1:1/token' };
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url.href);
    return Response.json(metadata);
  });
  const { message } = await failure(clientOf({ issuer }).refresh(grant), 'sign-in-unreachable');
  expect(message).toBe(`${issuer} does not answer as an OpenID provider should: only requests to HTTPS are allowed`);
  expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`]);
});
