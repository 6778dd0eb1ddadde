import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CallQueue, NativeOperation } from '../../src/adapters/native/operation.ts';
import { failure } from '../contract/errors.ts';
import { stopTimers } from '../support/eventually.ts';
import { FakeBinding } from './fake-binding.ts';
import { alice, createSecret, createTestMutex, openStoreOver, stores, toHex } from './harness.ts';

const unhandled: unknown[] = [];
const recordUnhandled = (error: unknown) => unhandled.push(error);

describe.each(stores)('%s: a platform that does not respond', (store, create, platform) => {
  afterEach(async () => {
    await sleep(5);
    process.off('unhandledRejection', recordUnhandled);
    expect(unhandled.splice(0)).toEqual([]);
  });

  function openHanging(options: Parameters<typeof openStoreOver>[2] = {}) {
    process.on('unhandledRejection', recordUnhandled);
    const fake = new FakeBinding(platform);
    return { fake, answer: fake.hang(), handle: openStoreOver(create, fake, { timeoutMs: 30, ...options }) };
  }

  test('[NAT3] every operation times out, and late failures cause no unhandled rejection', async () => {
    const { fake, answer, handle } = openHanging();
    fake.fail(/./, 'too late', Number.POSITIVE_INFINITY);
    const operations = [handle.get(alice), handle.list(alice.service), handle.set(alice, createSecret(1))];
    for (const error of await Promise.all(operations.map((operation) => failure(operation, 'timed-out')))) {
      expect(error.message).toBe(`the ${store} did not answer within 30 ms`);
    }
    expect(await handle.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    answer();
  });

  test('aborting the signal ends the operation immediately', async () => {
    const { answer, handle } = openHanging({ timeoutMs: 60_000 });
    for (const operation of ['get', 'delete', 'list'] as const) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      const options = { signal: controller.signal };
      const work = operation === 'list' ? handle.list(alice.service, options) : handle[operation](alice, options);
      await failure(work, 'cancelled');
    }
    answer();
  });

  test('the next writer does not start while an abandoned write may still take effect', async () => {
    const { fake, answer, handle } = openHanging({ timeoutMs: 60_000, withLock: createTestMutex() });
    const controller = new AbortController();
    const first = handle.set(alice, createSecret(10, 1), { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await failure(first, 'cancelled');
    const second = handle.set(alice, createSecret(10, 2));
    const before = fake.calls.length;
    await sleep(20);
    expect(fake.calls.length).toBe(before);
    answer();
    await second;
    expect(toHex(await handle.get(alice))).toBe(toHex(createSecret(10, 2)));
  });

  test('an interactive operation waits without a limit, and notifies the user once', async () => {
    const waiting = vi.fn();
    const { fake, answer, handle } = openHanging({
      noticeDelayMs: 10,
      interaction: { interactive: true, notifyWaiting: waiting },
    });
    const operation = handle.set(alice, createSecret(3));
    await expect.poll(() => waiting.mock.calls).toEqual([[store]]);
    const callsBefore = fake.calls.length;
    answer();
    const answerAgain = fake.hang();
    await expect.poll(() => fake.calls.length).toBeGreaterThan(callsBefore);
    await sleep(40);
    answerAgain();
    await operation;
    expect(waiting).toHaveBeenCalledTimes(1);
  });

  test.each([true, false])('clears every timer after the response (interactive: %s)', async (interactive) => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    onTestFinished(() => void vi.restoreAllMocks());
    const limits = {
      timeoutMs: 61_234,
      noticeDelayMs: 61_234,
      interaction: { interactive, notifyWaiting: () => expect.unreachable() },
    };
    const handle = openStoreOver(create, new FakeBinding(platform), limits);
    await handle.set(alice, createSecret(3));
    await handle.get(alice);
    // The limit of a call is counted in ticks.
    const isLimit = (delayMs = 0) => delayMs === 61_234 || delayMs === 61_234 / 20;
    const timers = set.mock.results.filter((_, index) => isLimit(set.mock.calls[index]?.[1]));
    expect(timers.length).toBeGreaterThan(2);
    for (const { value } of timers) expect(cleared).toHaveBeenCalledWith(value);
  });

  test.each([
    ['times out after 2.5 s', false, 2500],
    ['notifies the user after 0.4 s', true, 400],
  ])('by default, a call %s', async (_, interactive, delayMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const fake = new FakeBinding(platform);
    const answer = fake.hang();
    const events: string[] = [];
    const store = create({
      loadBinding: () => fake.binding,
      sentinelService: 'keystow',
      interaction: { interactive, notifyWaiting: () => void events.push('notified') },
      withLock: createTestMutex(),
    });
    const reading = store.get(alice).catch(({ code }) => void events.push(code));
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual([interactive ? 'notified' : 'timed-out']);
    answer();
    await reading;
  });
});

describe('calls at the same time', () => {
  const timeouts = {
    storeName: 'Keychain',
    interaction: { interactive: false, notifyWaiting: () => undefined },
    timeoutMs: 1000,
    noticeDelayMs: 400,
  };

  function startCalls(count: number) {
    stopTimers();
    const answers: (() => void)[] = [];
    const start = () => new Promise<void>((answer) => answers.push(answer));
    const queue = new CallQueue(2);
    const call = () => new NativeOperation(timeouts, undefined).call(start, queue);
    return { answers, calls: Array.from({ length: count }, call), queue };
  }

  test('a call that waits for others has as much time after each of them', async () => {
    const { answers, calls } = startCalls(5);
    for (const [index, call] of calls.entries()) {
      vi.advanceTimersByTime(900);
      answers[index]?.();
      await call;
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test('calls that hang leave half of the threads of libuv to others, and a call that timed out never starts', async () => {
    const { answers, calls, queue } = startCalls(5);
    expect(answers.length).toBe(2);
    const failures = calls.map((call) => failure(call, 'timed-out'));
    vi.advanceTimersByTime(1000);
    await Promise.all(failures);
    for (const answer of answers) answer();
    await new NativeOperation(timeouts, undefined).call(async () => undefined, queue);
    expect(answers.length).toBe(2);
  });
});
