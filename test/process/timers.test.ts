import nodeTimers from 'node:timers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { replaceFakeTimers, sleep, timers, yieldToEvents } from '../../src/adapters/process/timers.ts';

const before = { ...timers };
afterEach(() => void Object.assign(timers, before));

test('real timers stay', () => {
  replaceFakeTimers();
  expect(timers).toEqual(before);
});

describe('timers that were fake when keystow was loaded', () => {
  const fake = vi.fn(() => ({}));
  beforeEach(() => {
    fake.mockClear();
    Object.assign(timers, { setTimeout: fake, setImmediate: fake, setInterval: fake, clearImmediate: () => undefined });
    replaceFakeTimers();
    fake.mockClear();
  });

  test('are replaced: a pause ends', async () => {
    await sleep(1);
    await sleep(0);
    await yieldToEvents();
    expect(fake).not.toHaveBeenCalled();
  });

  test('a pause takes as long as it should', async () => {
    const startMs = timers.now();
    await sleep(20.5);
    expect(timers.now() - startMs).toBeGreaterThan(19);
  });

  test('a timer runs once, and not after it was cleared', async () => {
    const run = vi.fn();
    timers.clearTimeout(timers.setTimeout(run, 1));
    timers.clearImmediate(timers.setImmediate(run));
    timers.clearTimeout(undefined);
    timers.clearImmediate(undefined);
    await new Promise((resolve) => nodeTimers.setTimeout(resolve, 30));
    expect(run).not.toHaveBeenCalled();
    timers.setImmediate(run);
    await vi.waitUntil(() => run.mock.calls.length > 0);
    await new Promise((resolve) => nodeTimers.setTimeout(resolve, 30));
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('an interval never runs, and is unreferenced', () => {
    timers.clearInterval(timers.setInterval(() => expect.unreachable(), 1).unref());
    expect(fake).not.toHaveBeenCalled();
  });
});
