import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { patienceMs } from './patience.ts';

/** Waits until a check passes. Unlike `vi.waitFor` and `expect.poll`, it doesn't advance fake timers. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const start = process.uptime();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if ((process.uptime() - start) * 1000 > patienceMs) throw error;
    }
    await wait(10);
  }
}

/** Stops the timers until the test ends or calls `vi.useRealTimers`: they fire only if the test advances them. */
export function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Advances the stopped timers by `ms`, again and again, until `work` settles: whatever arrives meanwhile restarts a limit. */
export async function advanceUntilSettled<T>(work: Promise<T>, ms: number): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  work.then(settle, settle);
  while (!isSettled) {
    vi.advanceTimersByTime(ms);
    await wait(10);
  }
  return work;
}
