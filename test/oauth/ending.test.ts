import { getEventListeners, once } from 'node:events';
import { connect, Server } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Ask } from '../../src/ports/sign-in/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { clientOf, providerForSuite, signInAt } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import { visit } from './visitor.ts';

const provider = providerForSuite();

const redirectOf = (address: string) => new URL(new URL(address).searchParams.get('redirect_uri') ?? '');

/** Begins a sign-in and gives the address that the user is sent to. */
function begin(options: Parameters<typeof clientOf>[1], signal?: Ask['signal']) {
  let told = (_: string) => {};
  const address = new Promise<string>((resolve) => {
    told = resolve;
  });
  const ask: Ask = { url: (url) => told(url), ...(signal && { signal }) };
  return { address, signedIn: clientOf(provider.current(), options).signIn(ask) };
}

async function expectNothingListens(address: string): Promise<void> {
  const socket = connect(Number(redirectOf(address).port), '127.0.0.1');
  const [error] = await once(socket, 'error').catch((thrown) => [thrown]);
  expect(error.code).toBe('ECONNREFUSED');
}

/** A connection to the listener that asks for nothing, as browsers open them ahead of need. */
async function idleConnection(address: string) {
  const socket = connect(Number(redirectOf(address).port), '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return { closed: once(socket, 'close') };
}

describe('however a sign-in ends, nothing listens any more and every connection is closed', () => {
  test('done', async () => {
    const { address, signedIn } = begin({});
    const idle = await idleConnection(await address);
    await visit(await address);
    await signedIn;
    await idle.closed;
    await expectNothingListens(await address);
  });

  test('refused', async () => {
    const { address, signedIn } = begin({});
    const refused = failure(signedIn, 'sign-in-refused');
    const idle = await idleConnection(await address);
    await visit(await address, 'deny');
    await refused;
    await idle.closed;
    await expectNothingListens(await address);
  });

  test('nobody came back in time', async () => {
    const { address, signedIn } = begin({ timeoutMs: 300 });
    const late = failure(signedIn, 'timed-out');
    const idle = await idleConnection(await address);
    expect((await late).message).toBe('nobody came back from the sign-in within 0.3 s');
    await idle.closed;
    await expectNothingListens(await address);
  });

  test('called off while it waits', async () => {
    const controller = new AbortController();
    const { address, signedIn } = begin({}, controller.signal);
    const idle = await idleConnection(await address);
    controller.abort();
    expect((await failure(signedIn, 'cancelled')).message).toBe('the operation was called off');
    await idle.closed;
    await expectNothingListens(await address);
  });

  test('the program could not send the user there: in its own words', async () => {
    let address = '';
    const work = clientOf(provider.current()).signIn({
      async url(url) {
        address = url;
        throw new RangeError('no browser');
      },
    });
    await expect(work).rejects.toThrow(new RangeError('no browser'));
    await expectNothingListens(address);
  });
});

test('what has ended leaves no limit running, and no listener at a signal that is kept for longer', async () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  onTestFinished(() => void vi.restoreAllMocks());
  const { signal } = new AbortController();
  const server = clientOf(await startStubProvider({}), { timeoutMs: 61_234, limitMs: 61_234 });
  const next = await server.refresh((await signInAt(server, signal)).grant, { signal });
  expect(await server.revoke(next, { signal })).toBe('revoked');
  const limits = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === 61_234);
  expect(limits.length).toBeGreaterThan(5);
  for (const { value } of limits) expect(cleared).toHaveBeenCalledWith(value);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('where no port can be had, nobody is sent anywhere', async () => {
  const server = clientOf(await startStubProvider({}));
  const refuse = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    const error = Object.assign(new Error('listen EADDRNOTAVAIL 127.0.0.1'), { code: 'EADDRNOTAVAIL' });
    process.nextTick(() => this.emit('error', error));
    return this;
  });
  onTestFinished(() => refuse.mockRestore());
  const { message } = await failure(server.signIn({ url: () => expect.unreachable() }), 'failed');
  expect(message).toBe('cannot listen on 127.0.0.1 for the end of the sign-in: listen EADDRNOTAVAIL 127.0.0.1');
});

describe('called off', () => {
  test('before it begins', async () => {
    const signal = AbortSignal.abort();
    const [server, grant] = [clientOf(provider.current()), { accessToken: 'a', refreshToken: 'r' }];
    const operations = [
      server.signIn({ url: () => expect.unreachable(), signal }),
      server.refresh(grant, { signal }),
      server.revoke(grant, { signal }),
    ];
    for (const operation of operations) {
      expect((await failure(operation, 'cancelled')).message).toBe('the operation was called off');
    }
  });

  test.each(['/.well-known/openid-configuration', '/token', '/jwks'])('while %s is asked for', async (path) => {
    const controller = new AbortController();
    const stub = await startStubProvider({
      before: async (asked) => {
        if (asked !== path) return;
        controller.abort();
        await new Promise(() => {});
      },
    });
    let shown: Promise<unknown> | undefined;
    const url = (address: string) => {
      shown = visit(address);
    };
    const server = clientOf(stub);
    await failure(server.signIn({ url, signal: controller.signal }), 'cancelled');
    await shown;
  });
});
