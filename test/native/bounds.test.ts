import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { inTurn, openOver } from './harness.ts';
import { alice, hexOf, secretOf, stores } from './stores.ts';

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

describe.each(stores)('%s: a platform that does not answer', (store, create, platform) => {
  afterEach(async () => {
    await sleep(5);
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });

  function hung(options: Parameters<typeof openOver>[2] = {}) {
    process.on('unhandledRejection', note);
    const standIn = new BindingStandIn(platform);
    return { standIn, answer: standIn.hang(), handle: openOver(create, standIn, { limitMs: 30, ...options }) };
  }

  test("[NAT3] is given up within the limit, whatever was asked, and late failures are nobody's", async () => {
    const { standIn, answer, handle } = hung();
    standIn.fail(/./, 'too late', Number.POSITIVE_INFINITY);
    const started = performance.now();
    const operations = [handle.get(alice), handle.list(alice.service), handle.set(alice, secretOf(1))];
    for (const error of await Promise.all(operations.map((operation) => failure(operation, 'timed-out')))) {
      expect(error.message).toBe(`the ${store} did not answer within 30 ms`);
    }
    expect(await handle.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    expect(performance.now() - started).toBeLessThan(1000);
    answer();
  });

  test('is left at once when the operation is called off', async () => {
    const { answer, handle } = hung({ limitMs: 60_000 });
    for (const operation of ['get', 'delete', 'list'] as const) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      const options = { signal: controller.signal };
      const work = operation === 'list' ? handle.list(alice.service, options) : handle[operation](alice, options);
      await failure(work, 'cancelled');
    }
    answer();
  });

  test('does not make the next writer start while a write may still land', async () => {
    const { standIn, answer, handle } = hung({ limitMs: 200, exclusively: inTurn() });
    const controller = new AbortController();
    const first = handle.set(alice, secretOf(10, 1), { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await failure(first, 'cancelled');
    const second = handle.set(alice, secretOf(10, 2));
    const before = standIn.calls.length;
    await sleep(20);
    expect(standIn.calls.length).toBe(before);
    answer();
    await second;
    expect(hexOf(await handle.get(alice))).toBe(hexOf(secretOf(10, 2)));
  });

  test('is waited for where somebody is there to answer it, who is told once', async () => {
    const waiting = vi.fn();
    const { standIn, answer, handle } = hung({
      quietMs: 10,
      interaction: { interactive: true, notifyWaiting: waiting },
    });
    const operation = handle.set(alice, secretOf(3));
    await expect.poll(() => waiting.mock.calls).toEqual([[store]]);
    const asked = standIn.calls.length;
    answer();
    const answerAgain = standIn.hang();
    await expect.poll(() => standIn.calls.length).toBeGreaterThan(asked);
    await sleep(40);
    answerAgain();
    await operation;
    expect(waiting).toHaveBeenCalledTimes(1);
  });

  test.each([true, false])('lets go of every limit when it has answered (interactive: %s)', async (interactive) => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    onTestFinished(() => void vi.restoreAllMocks());
    const limits = {
      limitMs: 61_234,
      quietMs: 61_234,
      interaction: { interactive, notifyWaiting: () => expect.unreachable() },
    };
    const handle = openOver(create, new BindingStandIn(platform), limits);
    await handle.set(alice, secretOf(3));
    await handle.get(alice);
    const timers = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === 61_234);
    expect(timers.length).toBeGreaterThan(2);
    for (const { value } of timers) expect(cleared).toHaveBeenCalledWith(value);
  });

  test('nobody is told anything when it answers quickly', async () => {
    const waiting = vi.fn();
    const standIn = new BindingStandIn(platform);
    await openOver(create, standIn, { interaction: { interactive: true, notifyWaiting: waiting } }).set(
      alice,
      secretOf(3),
    );
    await sleep(5);
    expect(waiting).not.toHaveBeenCalled();
  });
});
