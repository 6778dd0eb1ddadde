import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLazyLock } from '../../src/adapters/files/lazy-lock.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import { LockDirectory } from '../../src/adapters/files/lock-directory.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { failCall, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const label = 'list of names';
const neverStale = new Date(Date.now() + 3_600_000);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a lock that another holder has', () => {
  // Only the clock stands still: the lock is polled as fast as possible.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });

  /** A caller that waits for a lock, and its changing holder. */
  function waitFor(limitMs?: number) {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    const take = () => {
      mkdirSync(lock);
      utimesSync(lock, neverStale, neverStale);
    };
    take();
    let outcome: unknown;
    const work = createLock({ path, label, ...(limitMs !== undefined && { limitMs }) })(async () => 'done');
    const settle = (result: unknown) => {
      outcome = result;
    };
    const settled = work.then(settle, settle);
    /** Waits for two more attempts. */
    async function polled() {
      const calls = recordCalls();
      const attempts = () => calls.filter(([call, on]) => call === 'mkdirSync' && on === lock).length;
      while (attempts() < 2 && outcome === undefined) await new Promise((done) => setTimeout(done, 5));
    }
    return {
      path,
      work,
      /** Whether it still waits after so many more milliseconds. */
      async waitsAfter(ms: number) {
        await polled();
        vi.advanceTimersByTime(ms);
        await polled();
        return outcome === undefined;
      },
      async release() {
        rmdirSync(lock);
        await settled;
      },
      passOn() {
        renameSync(lock, `${lock}.${performance.now()}`);
        take();
      },
    };
  }

  test.each([
    [undefined, 4000],
    [1500, 1500],
  ])('is waited for until the limit (%s: %d ms)', async (given, limitMs) => {
    const waiter = waitFor(given);
    expect(await waiter.waitsAfter(limitMs - 1)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    const error = await failure(waiter.work, 'file-busy');
    const seconds = Math.round(limitMs / 1000);
    expect(error.message).toContain(` ${seconds} seconds`);
  });

  test('is taken once it is released', async () => {
    const waiter = waitFor();
    expect(await waiter.waitsAfter(3999)).toBe(true);
    await waiter.release();
    expect(await waiter.work).toBe('done');
  });

  test('is waited for again when it passes to another holder, up to 30 seconds in all', async () => {
    const waiter = waitFor();
    for (let passed = 0; passed < 29_000; passed += 2900) {
      expect(await waiter.waitsAfter(2900), `after ${passed} ms`).toBe(true);
      waiter.passOn();
    }
    expect(await waiter.waitsAfter(999)).toBe(true);
    waiter.passOn();
    expect(await waiter.waitsAfter(1)).toBe(false);
    expect((await failure(waiter.work, 'file-busy')).message).toContain(' 30 seconds');
  });

  test('is not waited for after the signal is aborted', async () => {
    const { path } = newPlace();
    mkdirSync(`${path}.lock`);
    const controller = new AbortController();
    const work = createLock({ path, label })(async () => 'never', { signal: controller.signal });
    controller.abort();
    await failure(work, 'cancelled');
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  });
});

describe('a lock that the system refuses', () => {
  // The clock stands still, so the error comes immediately or never.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  const take = (path: string) => createLock({ path, label })(async () => 'done');

  test('is an error', async () => {
    const { path } = newPlace();
    failCall('mkdirSync', (on) => (on === `${path}.lock` ? 'EROFS' : undefined));
    await failure(take(path), 'file-io');
  });

  test('because a file is in its place is an error, and the file stays', needsPosix, async () => {
    const { path, folder } = newPlace();
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 7, 7);
    await failure(take(path), 'file-io');
    expect(readdirSync(folder)).toEqual(['credentials.json.lock']);
  });

  test('because it cannot be examined is an error', needsPosix, async () => {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    mkdirSync(lock);
    utimesSync(lock, neverStale, neverStale);
    let looks = 0;
    // proper-lockfile examines it first; then the holder is read.
    failCall('statSync', (on) => {
      if (on === lock) looks += 1;
      return on === lock && looks === 2 ? 'EACCES' : undefined;
    });
    await failure(take(path), 'file-io');
  });

  test('while Windows is removing it is retried', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    let times = 3;
    failCall('mkdirSync', (on) => (on === `${path}.lock` && times-- > 0 ? 'EPERM' : undefined));
    let looks = 2;
    failCall('statSync', (on) => (on === `${path}.lock` && looks-- > 0 ? 'EBUSY' : undefined));
    expect(await take(path)).toBe('done');
  });

  test('because Windows keeps it longer than the limit is an error', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    failCall('mkdirSync', (on) => (on === `${path}.lock` ? 'EPERM' : undefined));
    await failure(
      createLock({ path, label, limitMs: 0 })(async () => 'never'),
      'file-io',
    );
  });

  test('because its parent folder was removed is retried with a new folder', async () => {
    const { folder } = newPlace();
    const path = join(folder, 'parent', 'credentials.json');
    let gone = false;
    failCall('mkdirSync', (on) => {
      if (on === `${path}.lock` && !gone) {
        gone = true;
        rmdirSync(join(folder, 'parent'));
      }
      return undefined;
    });
    expect(await take(path)).toBe('done');
    expect([gone, readdirSync(folder)]).toEqual([true, []]);
  });
});

describe('a lazy lock', () => {
  test('runs one work at a time, and settles as the work does', async () => {
    const { path } = newPlace();
    const withLock = createLazyLock({ path, label });
    let running = 0;
    const work = async (held: () => boolean) => {
      running += 1;
      expect([running, held()]).toEqual([1, true]);
      await new Promise(setImmediate);
      running -= 1;
      return 'done';
    };
    expect(await Promise.all([withLock(work), withLock(work), withLock(work)])).toEqual(['done', 'done', 'done']);
    const broken = new Error('broken');
    await expect(withLock(() => Promise.reject(broken))).rejects.toBe(broken);
    await failure(withLock(work, { signal: AbortSignal.abort() }), 'cancelled');
  });
});

describe('a lock’s folder', () => {
  const taken = () => {
    const lock = `${newPlace().path}.lock`;
    const folder = new LockDirectory(lock);
    folder.fs.mkdir(lock, (error) => expect(error).toBeNull());
    return { lock, folder };
  };

  test('is not held before it is taken', () => {
    expect(new LockDirectory(`${newPlace().path}.lock`).isHeld()).toBe(false);
  });

  test('is closed to other users', () => {
    if (posix) expect(statSync(taken().lock).mode & 0o777).toBe(0o700);
  });

  test('identifies its holder, or none', () => {
    const { lock, folder } = taken();
    const first = folder.readHolder();
    expect(first).toMatch(/\d/);
    expect(folder.readHolder()).toBe(first);
    utimesSync(lock, 7, 7);
    expect(folder.readHolder()).toBe(first);
    renameSync(lock, `${lock}.before`);
    expect(folder.readHolder()).toBeUndefined();
    mkdirSync(lock);
    expect(folder.readHolder()).toMatch(/\d/);
    expect(folder.readHolder()).not.toBe(first);
  });

  test('is removed once when it is abandoned, or when the process exits', () => {
    for (const abandon of [
      ({ folder }: ReturnType<typeof taken>) => folder.abandon(),
      ({ folder }: ReturnType<typeof taken>) => folder.fs.rmdirSync(),
    ]) {
      const mine = taken();
      abandon(mine);
      expect(mine.folder.isHeld()).toBe(false);
      expect(() => statSync(mine.lock)).toThrow('ENOENT');
      abandon(mine);
    }
  });

  test('stays, and becomes stale, if it cannot be removed', () => {
    const { lock, folder } = taken();
    writeFileSync(join(lock, 'other'), '');
    folder.abandon();
    expect([folder.isHeld(), readdirSync(lock)]).toEqual([false, ['other']]);
  });

  test('is not touched after another process has taken it over', () => {
    const { lock, folder } = taken();
    rmdirSync(lock);
    mkdirSync(lock);
    utimesSync(lock, 7, 7);
    const errors: unknown[] = [];
    folder.fs.utimes(lock, new Date(), new Date(), (error) => errors.push(error));
    expect(errors).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
    expect(statSync(lock).mtimeMs).toBe(7000);
  });

  test('is refused if it is not a folder', () => {
    const { path } = newPlace();
    writeFileSync(path, '');
    const seen: [unknown, Stats | undefined][] = [];
    new LockDirectory(path).fs.stat(path, (error, stats) => seen.push([error, stats]));
    expect(seen).toEqual([[expect.objectContaining({ code: 'ENOTDIR' }), undefined]]);
  });
});
