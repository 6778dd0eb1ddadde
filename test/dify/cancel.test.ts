import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/sign-in/dify/device-sign-in.ts';
import { errorAnswer } from '../support/dify-host.ts';
import { startTrial } from './harness.ts';

const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const pending = errorAnswer('authorization_pending');
const never = () => new Promise<void>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** Shorter than the limits and intervals whose end would hide that cancelling has no effect. */
const shortMs = 4500;

describe('a sign-in is cancelled', () => {
  test('before it begins, without a request', async () => {
    const trial = await startTrial({}, { signal: AbortSignal.abort() });
    await trial.fails('cancelled');
    expect(trial.host.requests).toEqual([]);
  });

  test.each(['silent', 'half'] as const)(
    'during a request whose response is %s, and the connection is closed',
    async (instead) => {
      const controller = new AbortController();
      const timers = countTimers();
      const trial = await startTrial({ token: [{ instead }] }, { signal: controller.signal });
      const failed = trial.fails('cancelled');
      await expect.poll(() => trial.host.requests.length).toBe(2);
      const startedAtMs = Date.now();
      controller.abort();
      await failed;
      expect(Date.now() - startedAtMs).toBeLessThan(shortMs);
      expect(countTimers()).toBeLessThanOrEqual(timers);
      await expect.poll(() => trial.host.open()).toBe(0);
    },
  );

  test('during the last request for a code, with cancelled instead of sign-in-unreachable', async () => {
    const controller = new AbortController();
    const down = { status: 503 };
    const trial = await startTrial({ code: [down, down, down, { instead: 'silent' }] }, { signal: controller.signal });
    const failed = trial.fails('cancelled');
    await expect.poll(() => trial.host.requests.length).toBe(4);
    controller.abort();
    await failed;
  });

  test('during a wait, and no timer is left', async () => {
    const trial = await startTrial({ token: [pending] });
    const controller = new AbortController();
    const timers = countTimers();
    const adapter = createDeviceSignIn({ clock: () => new Date().toISOString() });
    const show = () => void setTimeout(() => controller.abort(), 50);
    const startedAtMs = Date.now();
    const signedIn = adapter.signIn(trial.host.url, { deviceLabel: 'x', show, signal: controller.signal });
    await expect(signedIn).rejects.toMatchObject({ code: 'cancelled' });
    expect(Date.now() - startedAtMs).toBeLessThan(shortMs);
    expect(countTimers()).toBeLessThanOrEqual(timers);
  });

  test.each([
    ['a wait that ignores the signal', { wait: never }],
    ['a wait that rejects on abort', { wait: (_: number, signal: AbortSignal) => untilAborted(signal) }],
    ['a fetch that ignores the signal', { fetch: never as unknown as typeof fetch }],
    ['a prompt that never returns', { show: never }],
  ])('during %s', async (_, options) => {
    const controller = new AbortController();
    const trial = await startTrial({ token: [pending] }, { ...options, signal: controller.signal });
    const failed = trial.fails('cancelled');
    await sleep(50);
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
  const late = () => sleep(150).then(() => Promise.reject(new Error('late')));
  const trial = await startTrial({}, { fetch: late, limitMs: 20 });
  await trial.fails('sign-in-unreachable');
  await sleep(200);
});

test('the connection is closed if the response is not read to its end', async () => {
  const trial = await startTrial({ code: [{ status: 307, instead: 'half' }] });
  await trial.fails('sign-in-unreachable');
  await expect.poll(() => trial.host.open()).toBe(0);
});
