import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type HttpError, sendRequest } from '../../src/adapters/sign-in/http.ts';
import { findProxy, openProxy } from '../../src/adapters/sign-in/proxy.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { createSelfSigned } from '../support/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { needs } from '../support/needs.ts';
import { patienceMs } from '../support/patience.ts';
import { missingProgram } from '../support/session-bus.ts';
import { expectAllHidden } from './oauth-client.ts';
import { findClosedPort, startStub } from './stub-server.ts';

const find = (target: string, environment: Record<string, string>) => findProxy(new URL(target), environment)?.url.host;

describe('the proxy of a request', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['https://a.example', { HTTPS_PROXY: 'http://upper:1' }, 'upper:1'],
    ['https://a.example', { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }, 'lower:1'],
    ['https://a.example', { HTTP_PROXY: 'http://other:1' }, undefined],
    ['http://a.example', { HTTP_PROXY: 'http://plain:1' }, 'plain:1'],
    ['http://a.example', { HTTPS_PROXY: 'http://other:1' }, undefined],
    ['https://a.example', { ALL_PROXY: 'http://all:1' }, 'all:1'],
    ['https://a.example', { all_proxy: 'http://all:1', HTTPS_PROXY: 'http://upper:1' }, 'upper:1'],
    ['https://a.example', { HTTPS_PROXY: '', ALL_PROXY: ' ' }, undefined],
    ['https://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, 'proxy.example:3128'],
    ['https://a.example', { HTTPS_PROXY: ' http://spaces:1 ' }, 'spaces:1'],
    ['http://a.example', { HTTP_PROXY: 'http://header:1', REQUEST_METHOD: 'GET' }, undefined],
    ['http://a.example', { http_proxy: 'http://own:1', REQUEST_METHOD: 'GET' }, 'own:1'],
    ['https://a.example', { HTTPS_PROXY: 'http://upper:1', REQUEST_METHOD: 'GET' }, 'upper:1'],
    ['http://127.0.0.1:8080', { HTTP_PROXY: 'http://plain:1' }, undefined],
    ['http://localhost', { ALL_PROXY: 'http://all:1' }, undefined],
    ['https://[::1]', { HTTPS_PROXY: 'http://upper:1' }, undefined],
  ])('to %s with %j is %s', (target, environment, expected) => {
    expect(find(target, environment)).toBe(expected);
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ['https://a.example', { HTTPS_PROXY: 'http://upper:1' }, 'HTTPS_PROXY'],
    ['http://a.example', { HTTP_PROXY: 'http://header:1', REQUEST_METHOD: 'GET' }, undefined],
  ])('on Windows, where names have no case, to %s with %j is of the variable %s', (target, variables, expected) => {
    const environment = new Proxy(variables, {
      get: (_, name) =>
        Object.entries(variables).find(([own]) => own.toLowerCase() === String(name).toLowerCase())?.[1],
    });
    expect(findProxy(new URL(target), environment)?.variable).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ['https://a.example', '*', true],
    ['https://a.example', 'b.example, *', true],
    ['https://a.example', 'a.example', true],
    ['https://A.EXAMPLE', 'a.example', true],
    ['https://a.example', 'A.Example', true],
    ['https://a.example.', 'a.example', true],
    ['https://a.example', 'example', true],
    ['https://a.example', '.example', true],
    ['https://a.example', '*.example', true],
    ['https://ba.example', 'a.example', false],
    ['https://a.example', 'b.example,,c.example', false],
    ['https://a.example', 'b.example a.example', true],
    ['https://a.example', 'a.example:443', true],
    ['https://a.example', 'a.example:8443', false],
    ['https://a.example:8443', 'a.example:8443', true],
    ['http://a.example', 'a.example:80', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://10.1.2.3', '0.0.0.0/0', true],
    ['https://10.1.2.3', '10.0.0.0/', false],
    ['https://10.1.2.3', '10.0.0.0/-1', false],
    ['https://10.1.2.3', '10.0.0.0/x', false],
    ['https://10.1.2.3', '10.0.0.0/8.5', false],
    ['https://10.1.2.3', '10.1.2.3:443', true],
    ['https://10.1.2.3', '2.3', false],
    ['https://[fd00::1]', 'fd00::1', true],
    ['https://[fd00::1]', 'fd00::2', false],
    ['https://[fd00::1]', '[fd00::1]', true],
    ['https://[fd00::1]', '[fd00::1]:443', true],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://[fd00::1]', 'fe80::/10', false],
    ['https://a.example', '', false],
    ['https://a.example..', 'b.example,,', false],
  ])('to %s with NO_PROXY=%s: none is %s', (target, list, isExcluded) => {
    const proxies = { HTTPS_PROXY: 'http://proxy:1', HTTP_PROXY: 'http://proxy:1' };
    expect(find(target, { ...proxies, NO_PROXY: list })).toBe(isExcluded ? undefined : 'proxy:1');
    expect(find(target, { ...proxies, no_proxy: list })).toBe(isExcluded ? undefined : 'proxy:1');
  });

  test.each([
    ['http://', 'it is not a URL'],
    ['socks5://', 'only http and https proxies are supported, not socks5'],
    ['http://user:p4ss@bad host', 'it is not a URL'],
    ['socks5://user:p4ss@proxy:1080', 'only http and https proxies are supported, not socks5'],
    ['http://user:p4ss%@proxy:1', 'a % in the user name or the password has to be written as %25'],
  ])('%s is an invalid setting, which is not repeated', async (value, problem) => {
    const work = async () => findProxy(new URL('https://a.example'), { ALL_PROXY: value });
    const { message, hint } = await failure(work(), 'invalid-setting');
    expect(message).toBe(`invalid ALL_PROXY: ${problem}`);
    expect(hint).toBe('set ALL_PROXY to a URL such as http://proxy.example.com:3128, or list the server in NO_PROXY');
  });

  test.each([
    ['http://proxy:1', undefined],
    ['http://alice:p4ss@proxy:1', 'alice:p4ss'],
    ['http://al%40ice:p%3Ass@proxy:1', 'al@ice:p:ss'],
    ['http://alice@proxy:1', 'alice:'],
    ['http://:p4ss@proxy:1', ':p4ss'],
  ])('%s is sent the credentials %s', (value, credentials) => {
    const header = findProxy(new URL('https://a.example'), { ALL_PROXY: value })?.authorization;
    expect(header).toBe(credentials && `Basic ${Buffer.from(credentials).toString('base64')}`);
  });
});

describe('a request through a proxy', () => {
  beforeEach(() => {
    for (const name of ['http', 'https', 'all', 'no']) {
      vi.stubEnv(`${name}_proxy`, undefined);
      vi.stubEnv(`${name.toUpperCase()}_PROXY`, undefined);
    }
    return () => vi.unstubAllEnvs();
  });

  const send = (target: string, init: RequestInit = {}) =>
    sendRequest(new URL(target), init, { server: target, limitMs: patienceMs, signal: undefined, secrets: [] });

  async function fails(target: string, variable: string, url: string): Promise<CredentialError> {
    vi.stubEnv(variable, url);
    const error = await failure(send(target), 'sign-in-unreachable');
    return new CredentialError(error.code, error.message.replaceAll(/127\.0\.0\.1:\d+/g, 'PROXY'), {
      ...(error.hint && { hint: error.hint.replaceAll(/127\.0\.0\.1:\d+/g, 'PROXY') }),
    });
  }

  const checkVariable = (variable: string, host: string) =>
    `check ${variable}, or list ${host} in NO_PROXY to connect without a proxy`;

  test('without TLS is forwarded with its body, and leaves no connection', async () => {
    const { issuer } = await startStub((path, parameters) => ({ body: { path, name: parameters.get('name') } }));
    const proxy = await startHttpProxy({ port: Number(new URL(issuer).port) });
    vi.stubEnv('http_proxy', proxy.url);
    const { status, body } = await send('http://dify.example/token', {
      method: 'POST',
      body: new URLSearchParams({ name: 'alice' }),
    });
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({ path: '/token', name: 'alice' });
    expect(proxy.requests).toEqual(['POST http://dify.example/token']);
    await eventually(() => expect(proxy.countConnections()).toBe(0));
  });

  test('uses the user name and the password, decoded', async () => {
    const { issuer } = await startStub(() => ({ body: {} }));
    const proxy = await startHttpProxy({ port: Number(new URL(issuer).port), credentials: 'alice:p@ss' });
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('//', '//alice:p%40ss@'));
    expect((await send('http://dify.example/')).status).toBe(200);
  });

  test(
    'with TLS uses a tunnel, and names the server whose certificate is invalid',
    needs(!missingProgram('openssl'), 'openssl'),
    async () => {
      const { issuer } = await startStub(() => ({ body: {} }), createSelfSigned('issuer.example'));
      const proxy = await startHttpProxy({ port: Number(new URL(issuer).port) });
      const { message, hint } = await fails('https://issuer.example', 'HTTPS_PROXY', proxy.url);
      expect(message).toBe(
        'the certificate of https://issuer.example is invalid: self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
      );
      expect(hint).toContain('NODE_EXTRA_CA_CERTS');
      expect(proxy.requests).toEqual(['CONNECT issuer.example:443']);
    },
  );

  test.each(['http://a.example', 'https://a.example'])('to %s fails if the proxy is down', async (target) => {
    const { message, hint } = await fails(target, 'ALL_PROXY', await findClosedPort());
    expect(message).toBe('cannot connect to the proxy http://PROXY (ALL_PROXY): connection refused (ECONNREFUSED)');
    expect(hint).toBe(checkVariable('ALL_PROXY', 'a.example'));
  });

  test('fails if the proxy is unknown', async () => {
    const { message } = await fails('https://a.example', 'https_proxy', 'http://alice:p4ss@proxy.invalid:3128');
    expect(message).toBe(
      'cannot connect to the proxy http://proxy.invalid:3128 (https_proxy): host not found (ENOTFOUND)',
    );
  });

  test.each(['http://a.example', 'https://a.example'])(
    'to %s fails if the proxy requires a password',
    async (target) => {
      const proxy = await startHttpProxy({ credentials: 'alice:p4ss' });
      const error = await fails(target, 'all_proxy', proxy.url);
      expect(error.message).toBe('the proxy http://PROXY (all_proxy) requires a user name and a password (status 407)');
      expect(error.hint).toBe('set all_proxy to http://USER:PASSWORD@PROXY');
    },
  );

  test('fails if the proxy rejects the password, which is not repeated', async () => {
    const proxy = await startHttpProxy({ credentials: 'alice:p4ss' });
    const error = await fails('https://a.example', 'HTTPS_PROXY', proxy.url.replace('//', '//al1ce:s3cret@'));
    expect(error.message).toBe(
      'the proxy http://PROXY (HTTPS_PROXY) does not accept its user name and password (status 407)',
    );
    expectAllHidden(error, ['al1ce', 's3cret']);
  });

  test.each([403, 502, 503])('with TLS fails if the proxy responds with status %i', async (status) => {
    const proxy = await startHttpProxy({ status });
    const { message, hint } = await fails('https://a.example', 'HTTPS_PROXY', proxy.url);
    expect(message).toBe(`the proxy http://PROXY (HTTPS_PROXY) did not connect to a.example: status ${status}`);
    expect(hint).toBe(checkVariable('HTTPS_PROXY', 'a.example'));
  });

  test.each([
    ['rejects the user', { credentials: 'alice:p4ss' }, false],
    ['is unavailable', { status: 503 }, true],
  ])('that fails because the proxy %s (%j) is worth repeating: %s', async (_, options, retryable) => {
    const proxy = await startHttpProxy(options);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const error = await failure(send('https://a.example'), 'sign-in-unreachable');
    expect((error as HttpError).retryable).toBe(retryable);
  });

  test('that fails because of the server does not blame the proxy', async () => {
    const route = await openProxy(new URL('https://a.example'), { HTTPS_PROXY: 'http://proxy.example' });
    expect(route?.findError(new TypeError('fetch failed', { cause: new Error('No Proxy (502)') }))).toBeUndefined();
    await route?.close();
  });

  test('with TLS fails if the proxy closes the connection', async () => {
    const proxy = await startHttpProxy({ cuts: true });
    const { message } = await fails('https://a.example', 'HTTPS_PROXY', proxy.url);
    expect(message).toMatch(/^cannot connect to the proxy http:\/\/PROXY \(HTTPS_PROXY\): connection (closed|reset) /);
  });

  test('fails if the certificate of the proxy is invalid', needs(!missingProgram('openssl'), 'openssl'), async () => {
    const proxy = await startHttpProxy({ certificate: createSelfSigned() });
    const { message } = await fails('https://a.example', 'HTTPS_PROXY', proxy.url);
    expect(message).toBe(
      'the certificate of the proxy https://PROXY (HTTPS_PROXY) is invalid: self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  test('to a host of NO_PROXY does not use it', async () => {
    const proxy = await startHttpProxy();
    vi.stubEnv('NO_PROXY', 'issuer.invalid');
    const { message } = await fails('https://issuer.invalid', 'HTTPS_PROXY', proxy.url);
    expect(message).toBe('cannot connect to https://issuer.invalid: host not found (ENOTFOUND)');
    expect(proxy.requests).toEqual([]);
  });
});
