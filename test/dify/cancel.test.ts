import { syncBuiltinESMExports } from 'node:module';
import timers, { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/sign-in/dify/device-sign-in.ts';
import { codeAnswer, errorAnswer } from '../support/dify-host.ts';
import { eventually } from '../support/eventually.ts';
import { startTrial, type TrialOptions } from './harness.ts';

const pending = errorAnswer('authorization_pending');
const never = () => new Promise<never>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** Returns `work`, after reporting that it has begun. */
const begin = <T>(begun: () => void, work: Promise<T>): Promise<T> => {
  begun();
  return work;
};

describe('a sign-in is cancelled', () => {
  // No request reaches its limit: only the signal ends it.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => {
    // Spies on the timers are restored first: afterwards they would bring back the fake ones.
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test('before it begins, without a request', async () => {
    const trial = await startTrial({}, { signal: AbortSignal.abort() });
    await trial.fails('cancelled');
    expect(trial.host.requests).toEqual([]);
  });

  test.each(['silent', 'half'] as const)(
    'during a request whose response is %s, and the connection is closed',
    async (instead) => {
      const controller = new AbortController();
      const trial = await startTrial({ token: [{ instead }] }, { signal: controller.signal, limitMs: 12_345 });
      const set = vi.spyOn(globalThis, 'setTimeout');
      const cleared = vi.spyOn(globalThis, 'clearTimeout');
      const failed = trial.fails('cancelled');
      await eventually(() => expect(trial.host.requests.length).toBe(2));
      controller.abort();
      await failed;
      const limits = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === 12_345 / 20);
      expect(limits).toHaveLength(2);
      for (const { value } of limits) expect(cleared).toHaveBeenCalledWith(value);
      await eventually(() => expect(trial.host.open()).toBe(0));
    },
  );

  test('during the last request for a code, with cancelled instead of sign-in-unreachable', async () => {
    const controller = new AbortController();
    const down = { status: 503 };
    const trial = await startTrial({ code: [down, down, down, { instead: 'silent' }] }, { signal: controller.signal });
    const failed = trial.fails('cancelled');
    await eventually(() => expect(trial.host.requests.length).toBe(4));
    controller.abort();
    await failed;
  });

  test('during a wait, and no timer is left', async () => {
    // Longer than a test waits.
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 3600, interval: 3000 })] });
    const controller = new AbortController();
    const startTimer = timers.setTimeout;
    let timer: Promise<unknown> | undefined;
    vi.spyOn(timers, 'setTimeout').mockImplementation((...options) => {
      timer = startTimer(...options);
      controller.abort();
      return timer as never;
    });
    syncBuiltinESMExports();
    // By then the spy is restored.
    onTestFinished(() => syncBuiltinESMExports());
    const adapter = createDeviceSignIn({ clock: () => new Date().toISOString() });
    const signedIn = adapter.signIn(trial.host.url, { deviceLabel: 'x', show() {}, signal: controller.signal });
    await expect(signedIn).rejects.toMatchObject({ code: 'cancelled' });
    await expect(timer).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each<[string, (begun: () => void) => TrialOptions]>([
    ['a wait that ignores the signal', (begun) => ({ wait: () => begin(begun, never()) })],
    ['a wait that rejects on abort', (begun) => ({ wait: (_, signal) => begin(begun, untilAborted(signal)) })],
    ['a fetch that ignores the signal', (begun) => ({ fetch: () => begin(begun, never()) })],
    ['a prompt that never returns', (begun) => ({ show: () => begin(begun, never()) })],
  ])('during %s', async (_, createOptions) => {
    const controller = new AbortController();
    let begun = () => {};
    const waiting = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const trial = await startTrial({ token: [pending] }, { ...createOptions(begun), signal: controller.signal });
    const failed = trial.fails('cancelled');
    await waiting;
    controller.abort();
    await failed;
  });

  test('between two requests, without the second', async () => {
    const controller = new AbortController();
    const show = () => controller.abort();
    const trial = await startTrial({ token: [pending] }, { signal: controller.signal, show });
    await trial.fails('cancelled');
    expect(trial.host.requests).toHaveLength(1);
  });
});

test('a wait that fails ends the sign-in with the same error', async () => {
  const broken = new Error('no timer');
  const trial = await startTrial({ token: [pending] }, { wait: () => Promise.reject(broken) });
  await expect(trial.signIn()).rejects.toBe(broken);
  expect(trial.host.requests).toHaveLength(1);
});

test('a sign-in leaves no listener on a signal that is used again', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = new Proxy(signal, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key === 'addEventListener') listeners += 1;
      if (key === 'removeEventListener') listeners -= 1;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const trial = await startTrial({}, { signal: counted });
  await trial.signIn();
  expect(listeners).toBe(0);
});

test('a response after the limit, even a rejection, is ignored', async () => {
  const rejections: (() => void)[] = [];
  const fetch = () => new Promise<never>((_, reject) => rejections.push(() => reject(new Error('late'))));
  const trial = await startTrial({}, { fetch, limitMs: 20 });
  await trial.fails('sign-in-unreachable');
  const unhandled = vi.fn();
  process.prependListener('unhandledRejection', unhandled);
  onTestFinished(() => void process.removeListener('unhandledRejection', unhandled));
  for (const reject of rejections) reject();
  await setImmediate();
  expect(rejections).not.toEqual([]);
  expect(unhandled).not.toHaveBeenCalled();
});

test('the connection is closed if the response is not read to its end', async () => {
  const trial = await startTrial({ code: [{ status: 307, instead: 'half' }] });
  await trial.fails('sign-in-unreachable');
  await eventually(() => expect(trial.host.open()).toBe(0));
});
