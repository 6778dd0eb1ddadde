import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  captivePortalHint,
  type HttpError,
  type HttpLimits,
  sendRequest,
  toHttpError,
  toResponse,
} from '../../src/adapters/sign-in/http.ts';
import { failure } from '../contract/errors.ts';
import { stopTimers } from '../support/eventually.ts';
import { patienceMs } from '../support/patience.ts';
import { startStub } from './stub-server.ts';

beforeEach(() => {
  for (const name of ['http', 'https', 'all', 'no']) {
    vi.stubEnv(`${name}_proxy`, undefined);
    vi.stubEnv(`${name.toUpperCase()}_PROXY`, undefined);
  }
  return () => vi.unstubAllEnvs();
});

const send = (url: string, limits: Partial<HttpLimits> = {}) =>
  sendRequest(new URL(url), {}, { server: 'SERVER', limitMs: patienceMs, signal: undefined, secrets: [], ...limits });

const respond: typeof fetch = async () => new Response('{}');
const ignoreTheSignal: typeof fetch = () => new Promise(() => {});

describe('a request', () => {
  test('ends at the limit, even if fetch ignores its signal', async () => {
    stopTimers();
    const ended = failure(send('https://a.example', { fetch: ignoreTheSignal, limitMs: 1000 }), 'sign-in-unreachable');
    await vi.advanceTimersByTimeAsync(1000);
    expect((await ended).message).toBe('SERVER did not respond within 1 s');
  });

  test('ends as soon as its signal is aborted, even if fetch ignores it', async () => {
    const controller = new AbortController();
    const ended = failure(
      send('https://a.example', { fetch: ignoreTheSignal, signal: controller.signal }),
      'cancelled',
    );
    controller.abort();
    await ended;
  });

  test('through a proxy that does not respond names the proxy', async () => {
    const proxy = await startStub(() => ({ body: undefined }));
    vi.stubEnv('http_proxy', proxy.issuer);
    const { message } = await failure(send('http://a.example', { limitMs: 200 }), 'sign-in-unreachable');
    expect(message).toBe(`SERVER did not respond within 0.2 s through the proxy ${proxy.issuer} (http_proxy)`);
  });

  test.each([300, 302, 399])(
    'closes the connection of a redirect with status %i and a body without end',
    async (status) => {
      let onClosed = () => {};
      const closed = new Promise<void>((resolve) => {
        onClosed = resolve;
      });
      const server = createServer((_, response) => {
        response.on('close', onClosed);
        response.writeHead(status, { location: '/' }).write('x');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      expect((await send(`http://127.0.0.1:${port}`)).body).toHaveLength(0);
      await closed;
    },
  );

  test('with a fetch of its own uses no proxy', async () => {
    vi.stubEnv('HTTPS_PROXY', 'socks5://not.supported');
    expect((await send('https://a.example', { fetch: respond })).status).toBe(200);
  });

  test('that gets an invalid status is not worth repeating', async () => {
    const { issuer } = await startStub(() => ({ status: 600, body: {} }));
    const error = await failure(send(issuer), 'sign-in-unreachable');
    expect(error.message).toBe('SERVER responded with the invalid status 600');
    expect((error as HttpError).retryable).toBe(false);
  });
});

/** A program that uses no proxy loads no second HTTP client. */
test.each<[string, string, boolean]>([
  ['HTTPS_PROXY', '', false],
  ['HTTPS_PROXY', 'http://proxy.example', true],
  ['http_proxy', 'http://proxy.example', true],
  ['ALL_PROXY', 'http://proxy.example', true],
  ['npm_config_https_proxy', 'http://proxy.example', false],
  ['HTTP_PROXY_PASSWORD', 'p4ss', false],
])('with %s=%j, the client for proxies is loaded: %s', async (name, value, isLoaded) => {
  const load = vi.fn(async () => ({ openProxy: async () => undefined }));
  vi.resetModules();
  vi.doMock('../../src/adapters/sign-in/proxy.ts', load);
  onTestFinished(() => vi.doUnmock('../../src/adapters/sign-in/proxy.ts'));
  const http = await import('../../src/adapters/sign-in/http.ts');
  const { issuer } = await startStub(() => ({ body: {} }));
  vi.stubEnv(name, value);
  const limits = { server: 'SERVER', limitMs: patienceMs, signal: undefined, secrets: [] };
  expect((await http.sendRequest(new URL(issuer), {}, limits)).status).toBe(200);
  expect(load).toHaveBeenCalledTimes(isLoaded ? 1 : 0);
});

test.each([
  ['without a code', {}],
  ['with a number', { code: 20 }],
])('of an error and its causes, the innermost code counts, whatever a cause %s is', (_, fields) => {
  const cause = Object.assign(new Error('connect', { cause: Object.assign(new Error('x'), fields) }), {
    code: 'EPIPE',
  });
  const { message } = toHttpError(new TypeError('fetch failed', { cause }), 'SERVER', []);
  expect(message).toBe('cannot connect to SERVER: connection closed (EPIPE)');
});

test.each([204, 205, 304])('a response with status %i has no body, whatever the server sent', async (status) => {
  const response = toResponse({ status, headers: new Headers(), body: Buffer.from('x') });
  expect(response.status).toBe(status);
  expect(await response.text()).toBe('');
});

test.each<[number, string | undefined, boolean]>([
  [200, 'text/html', true],
  [200, 'TEXT/HTML; charset=utf-8', true],
  [200, 'application/xhtml+xml', true],
  [200, 'application/json', false],
  [200, 'application/json; profile=text/html', false],
  [200, 'text/htmlx', false],
  [200, undefined, false],
  [399, 'text/html', true],
  [400, 'text/html', false],
  [300, undefined, true],
  [307, undefined, true],
  [400, undefined, false],
  [511, undefined, true],
])(
  'a response with status %i and the type %s can come from a sign-in page of the network: %s',
  (status, type, expected) => {
    const headers = new Headers(type === undefined ? {} : { 'content-type': type });
    expect(captivePortalHint({ status, headers }) !== undefined).toBe(expected);
  },
);
