import { afterEach, describe, expect, test, vi } from 'vitest';
import { retryWhileBusy } from '../../src/adapters/files/file-errors.ts';
import { onPlatform } from '../support/platform.ts';
import { systemError } from './watched-disk.ts';

afterEach(() => void vi.useRealTimers());

/** Work that fails so many times, and then succeeds. */
function failing(times: number, code: string) {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw systemError(code, 'open');
    return 'done';
  };
}

describe('work on a file that another program has open', () => {
  test.each(['EPERM', 'EACCES', 'EBUSY'])('is retried on Windows until it succeeds (%s)', async (code) => {
    onPlatform('win32');
    expect(await retryWhileBusy(failing(3, code))).toBe('done');
  });

  test('fails with the system’s error after two seconds on Windows', async () => {
    onPlatform('win32');
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    const work = vi.fn(failing(1_000_000, 'EBUSY'));
    const waiting = retryWhileBusy(work).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1900);
    const tries = work.mock.calls.length;
    // Each pause is 5 to 30 ms.
    expect(tries).toBeGreaterThanOrEqual(1900 / 30);
    expect(tries).toBeLessThanOrEqual(1900 / 5 + 1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await waiting).toMatchObject({ code: 'EBUSY' });
    expect(work.mock.calls.length).toBeGreaterThan(tries);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
    ['darwin', 'EACCES'],
  ] as const)('is not retried after any other error: %s, %s', async (platform, code) => {
    onPlatform(platform);
    await expect(retryWhileBusy(failing(1, code))).rejects.toMatchObject({ code });
  });

  test('is not retried after an error that is not the system’s', async () => {
    onPlatform('win32');
    const work = () => {
      throw 'broken';
    };
    await expect(retryWhileBusy(work)).rejects.toBe('broken');
  });
});
