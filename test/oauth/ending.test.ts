import { getEventListeners, once } from 'node:events';
import { connect, Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import type { SignInRequest } from '../../src/ports/sign-in/sign-in.ts';
import { failure } from '../contract/errors.ts';
import { visit } from './fake-browser.ts';
import { createClient, providerForSuite, signInAt } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';
import { startStub } from './stub-server.ts';

const provider = providerForSuite();
const tokens = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };

describe('a sign-in stops listening and closes all connections', () => {
  const redirectOf = (address: string) => new URL(new URL(address).searchParams.get('redirect_uri') ?? '');

  /** Starts a sign-in. `address` is what it calls `openUrl` with. */
  function begin(options: Parameters<typeof createClient>[1], signal?: AbortSignal) {
    let opened = (_: string) => {};
    const address = new Promise<string>((resolve) => {
      opened = resolve;
    });
    const request: SignInRequest = { openUrl: (url) => opened(url), ...(signal && { signal }) };
    return { address, signedIn: createClient(provider.current(), options).signIn(request) };
  }

  async function expectNotListening(address: string): Promise<void> {
    const socket = connect(Number(redirectOf(address).port), '127.0.0.1');
    const [error] = await once(socket, 'error').catch((thrown) => [thrown]);
    expect(error.code).toBe('ECONNREFUSED');
  }

  /** Opens a connection without a request, as browsers do ahead of need. */
  async function connectIdly(address: string) {
    const socket = connect(Number(redirectOf(address).port), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    return { closed: once(socket, 'close') };
  }

  test('after it succeeded', async () => {
    const { address, signedIn } = begin({});
    const idle = await connectIdly(await address);
    await visit(await address);
    await signedIn;
    await idle.closed;
    await expectNotListening(await address);
  });

  test('after the user denied it', async () => {
    const { address, signedIn } = begin({});
    const denied = failure(signedIn, 'sign-in-refused');
    const idle = await connectIdly(await address);
    await visit(await address, 'deny');
    await denied;
    await idle.closed;
    await expectNotListening(await address);
  });

  test('after it timed out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { address, signedIn } = begin({ timeoutMs: 300 });
    const late = failure(signedIn, 'timed-out');
    const idle = await connectIdly(await address);
    vi.advanceTimersByTime(300);
    await late;
    await idle.closed;
    await expectNotListening(await address);
  });

  test('after it was cancelled', async () => {
    const controller = new AbortController();
    const { address, signedIn } = begin({}, controller.signal);
    const cancelled = failure(signedIn, 'cancelled');
    const idle = await connectIdly(await address);
    controller.abort();
    await cancelled;
    await idle.closed;
    await expectNotListening(await address);
  });

  test('after openUrl failed, with the same error', async () => {
    let address = '';
    const broken = new RangeError('no browser');
    const work = createClient(provider.current()).signIn({
      async openUrl(url) {
        address = url;
        throw broken;
      },
    });
    await expect(work).rejects.toBe(broken);
    await expectNotListening(address);
  });
});

test('no operation leaves a timer, or a listener on a signal that is used again', async () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  onTestFinished(() => void vi.restoreAllMocks());
  const { signal } = new AbortController();
  const server = createClient(await startStubProvider({}), {
    timeoutMs: 61_234,
    limitMs: 61_234,
    spendLimitMs: 61_234,
  });
  const next = await server.refresh((await signInAt(server, signal)).tokens, { signal });
  expect(await server.revoke(next, { signal })).toBe('revoked');
  // The limit of a request is counted in ticks.
  const isLimit = (delayMs = 0) => delayMs === 61_234 || delayMs === 61_234 / 20;
  const limits = set.mock.results.filter((_, index) => isLimit(set.mock.calls[index]?.[1]));
  expect(limits.length).toBeGreaterThan(5);
  for (const { value } of limits) expect(cleared).toHaveBeenCalledWith(value);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a sign-in fails before openUrl if it cannot listen', async () => {
  const server = createClient(await startStubProvider({}));
  const refuse = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    const error = Object.assign(new Error('listen EADDRNOTAVAIL 127.0.0.1'), { code: 'EADDRNOTAVAIL' });
    process.nextTick(() => this.emit('error', error));
    return this;
  });
  onTestFinished(() => refuse.mockRestore());
  const { message } = await failure(server.signIn({ openUrl: () => expect.unreachable() }), 'failed');
  expect(message).toBe('cannot listen on 127.0.0.1 for the redirect of the sign-in: listen EADDRNOTAVAIL 127.0.0.1');
});

test('a browser that closes the connection before the response is not waited for', async () => {
  const gone = new AbortController();
  const stub = await startStubProvider({ before: async (path) => path === '/jwks' && gone.abort() });
  const { accessToken } = await createClient(stub).signIn({
    openUrl: (address) => void fetch(address, { signal: gone.signal }).catch(() => undefined),
  });
  expect(accessToken).toBe(stub.tokens.access_token);
});

describe('an operation is cancelled', () => {
  test('before it begins', async () => {
    const signal = AbortSignal.abort();
    const server = createClient(provider.current());
    const operations = [
      server.signIn({ openUrl: () => expect.unreachable(), signal }),
      server.refresh(tokens, { signal }),
      server.revoke(tokens, { signal }),
    ];
    for (const operation of operations) await failure(operation, 'cancelled');
  });

  test.each(['/.well-known/openid-configuration', '/token'])('during a request to %s', async (path) => {
    const controller = new AbortController();
    const stub = await startStubProvider({
      before: async (asked) => {
        if (asked !== path) return;
        controller.abort();
        await new Promise(() => {});
      },
    });
    let page: Promise<unknown> | undefined;
    const openUrl = (address: string) => {
      page = visit(address);
    };
    await failure(createClient(stub).signIn({ openUrl, signal: controller.signal }), 'cancelled');
    await page;
  });
});

describe('by default', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Expects that `work` ends after this time, and not before. */
  async function expectEndAfter(ms: number, work: Promise<CredentialError>): Promise<void> {
    let ended = false;
    const watched = work.finally(() => {
      ended = true;
    });
    vi.advanceTimersByTime(ms - 1);
    await setImmediate();
    expect(ended).toBe(false);
    vi.advanceTimersByTime(1);
    await watched;
  }

  test('the user has 5 minutes to sign in', async () => {
    const stub = await startStubProvider({});
    let opened = () => {};
    const waiting = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const late = failure(createClient(stub).signIn({ openUrl: () => opened() }), 'timed-out');
    await waiting;
    await expectEndAfter(5 * 60_000, late);
  });

  test('a request may take 10 seconds', async () => {
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { issuer } = await startStub(() => {
      asked();
      return { body: undefined };
    });
    const late = failure(createClient({ issuer }).refresh(tokens), 'sign-in-unreachable');
    await waiting;
    await expectEndAfter(10_000, late);
  });
});
