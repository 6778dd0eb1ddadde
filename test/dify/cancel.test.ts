import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/dify/device-sign-in.ts';
import { errorAnswer } from '../support/dify-host.ts';
import { startTrial } from './harness.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const pending = errorAnswer('authorization_pending');
const forEver = () => new Promise<void>(() => {});
const rejectedBy = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('called off before it begins: nothing is sent', async () => {
  const trial = await startTrial({}, { signal: AbortSignal.abort() });
  await trial.fails('cancelled');
  expect(trial.host.requests).toEqual([]);
});

test.each(['silent', 'half'] as const)(
  'called off during a request whose answer is %s: at once, and it is ended',
  async (instead) => {
    const calledOff = new AbortController();
    const before = timers();
    const trial = await startTrial({ token: [{ instead }] }, { signal: calledOff.signal });
    const failed = trial.fails('cancelled');
    while (trial.host.requests.length < 2) await sleep(5);
    const startedAtMs = Date.now();
    calledOff.abort();
    await failed;
    expect(Date.now() - startedAtMs).toBeLessThan(1000);
    expect(timers()).toBeLessThanOrEqual(before);
    await expect.poll(() => trial.host.open()).toBe(0);
  },
);

test('called off during the last of the requests for a code: it is that, and no host that does not serve', async () => {
  const calledOff = new AbortController();
  const down = { status: 503 };
  const trial = await startTrial({ code: [down, down, down, { instead: 'silent' }] }, { signal: calledOff.signal });
  const failed = trial.fails('cancelled');
  await expect.poll(() => trial.host.requests.length).toBe(4);
  calledOff.abort();
  await failed;
});

test('called off during a wait: at once, and no timer is left', async () => {
  const trial = await startTrial({ token: [pending] });
  const calledOff = new AbortController();
  const before = timers();
  const signIn = createDeviceSignIn({ clock: () => new Date().toISOString() });
  const show = () => void setTimeout(() => calledOff.abort(), 50);
  const startedAtMs = Date.now();
  await expect(
    signIn.signIn(trial.host.url, { deviceLabel: 'x', show, signal: calledOff.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect(Date.now() - startedAtMs).toBeLessThan(2000);
  expect(timers()).toBeLessThanOrEqual(before);
});

test.each([
  ['a wait that does not listen', { wait: forEver }],
  ['a wait that listens', { wait: (_: number, signal: AbortSignal) => rejectedBy(signal) }],
  ['a fetch that does not listen', { fetch: forEver as unknown as typeof fetch }],
  ['a prompt that is never shown', { show: forEver }],
])('called off during %s: at once all the same', async (_, options) => {
  const calledOff = new AbortController();
  const trial = await startTrial({ token: [pending] }, { ...options, signal: calledOff.signal });
  const failed = trial.fails('cancelled');
  await sleep(50);
  calledOff.abort();
  await failed;
});

test('a wait that fails ends the sign-in as it is', async () => {
  const broken = new Error('no timer');
  const trial = await startTrial({ token: [pending] }, { wait: () => Promise.reject(broken) });
  await expect(trial.signIn()).rejects.toBe(broken);
  expect(trial.host.requests).toHaveLength(1);
});

test('called off between two requests: the second is not sent', async () => {
  const calledOff = new AbortController();
  const trial = await startTrial({ token: [pending] }, { signal: calledOff.signal, show: () => calledOff.abort() });
  await trial.fails('cancelled');
  expect(trial.host.requests).toHaveLength(1);
});

test('a signal that is kept for longer has no listener of a sign-in that ended', async () => {
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

test('an answer that comes too late is nobody’s: it does not end the process', async () => {
  const late = () => sleep(150).then(() => Promise.reject(new Error('late')));
  const trial = await startTrial({}, { fetch: late, limitMs: 20 });
  await trial.fails('sign-in-unreachable');
  await sleep(200);
});

test('an answer that is not read to its end is not left open', async () => {
  const trial = await startTrial({ code: [{ status: 307, instead: 'half' }] });
  await trial.fails('sign-in-unreachable');
  await expect.poll(() => trial.host.open()).toBe(0);
});
