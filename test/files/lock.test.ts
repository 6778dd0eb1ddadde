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
import { listen, refuse } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const label = 'list of names';
const neverStale = new Date(Date.now() + 3_600_000);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a lock that somebody has', () => {
  // Only what the lock reckons with stands still: it looks again all the while, as often as it may.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });

  /** Somebody who waits for a lock, and how its holder changes. */
  function waitFor(limitMs?: number) {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    const take = () => {
      mkdirSync(lock);
      utimesSync(lock, neverStale, neverStale);
    };
    take();
    let outcome: unknown;
    const work = createLock({ path, label, ...(limitMs !== undefined && { limitMs }) })(async () => 'had');
    const end = (how: unknown) => {
      outcome = how;
    };
    const over = work.then(end, end);
    /** Waits until it has been looked for twice more. */
    async function looked() {
      const calls = listen();
      const looks = () => calls.filter(([call, on]) => call === 'mkdirSync' && on === lock).length;
      while (looks() < 2 && outcome === undefined) await new Promise((done) => setTimeout(done, 5));
    }
    return {
      path,
      work,
      /** Whether it waits still when so many milliseconds more have gone by. */
      async waitsAfter(ms: number) {
        await looked();
        vi.advanceTimersByTime(ms);
        await looked();
        return outcome === undefined;
      },
      async free() {
        rmdirSync(lock);
        await over;
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
  ])('is waited for as long as the limit says (%s: %d ms)', async (given, limitMs) => {
    const waiter = waitFor(given);
    expect(await waiter.waitsAfter(limitMs - 1)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    const error = await failure(waiter.work, 'file-busy');
    const seconds = Math.round(limitMs / 1000);
    expect(error.message).toBe(`other processes kept the list of names ${waiter.path} locked for ${seconds} seconds`);
    expect(error.hint).toBe(`try again; if no program uses it, remove the folder ${waiter.path}.lock`);
  });

  test('is had once it is free', async () => {
    const waiter = waitFor();
    expect(await waiter.waitsAfter(3999)).toBe(true);
    await waiter.free();
    expect(await waiter.work).toBe('had');
  });

  test('is waited for anew where it passes on to another, and for 30 seconds in all', async () => {
    const waiter = waitFor();
    for (let passed = 0; passed < 29_000; passed += 2900) {
      expect(await waiter.waitsAfter(2900), `after ${passed} ms`).toBe(true);
      waiter.passOn();
    }
    expect(await waiter.waitsAfter(999)).toBe(true);
    waiter.passOn();
    expect(await waiter.waitsAfter(1)).toBe(false);
    expect((await failure(waiter.work, 'file-busy')).message).toMatch(/locked for 30 seconds$/);
  });

  test('is no longer waited for once the operation is called off', async () => {
    const { path } = newPlace();
    mkdirSync(`${path}.lock`);
    const calling = new AbortController();
    const work = createLock({ path, label })(async () => 'never', { signal: calling.signal });
    calling.abort();
    await failure(work, 'cancelled');
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  });
});

describe('a lock that the system does not give', () => {
  // So that it is told at once, or never.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  const take = (path: string) => createLock({ path, label })(async () => 'had');

  test('is a failure that names the file', async () => {
    const { path } = newPlace();
    refuse('mkdirSync', (on) => (on === `${path}.lock` ? 'EROFS' : undefined));
    const error = await failure(take(path), 'file-io');
    expect(error.message).toBe(`the list of names ${path} cannot be locked: read-only file system`);
    expect(error.hint).toBe('the file system is mounted read-only; choose another folder');
  });

  test('since there is a file in its place is a failure, and the file stays', needsPosix, async () => {
    const { path, folder } = newPlace();
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 7, 7);
    const error = await failure(take(path), 'file-io');
    expect(error.message).toBe(`the list of names ${path} cannot be locked: not a directory`);
    expect(error.hint).toBe('a part of the path is not a folder');
    expect(readdirSync(folder)).toEqual(['credentials.json.lock']);
  });

  test('since nobody may look at it is a failure', needsPosix, async () => {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    mkdirSync(lock);
    utimesSync(lock, neverStale, neverStale);
    let looks = 0;
    // proper-lockfile looks before it is asked who holds it.
    refuse('statSync', (on) => {
      if (on === lock) looks += 1;
      return on === lock && looks === 2 ? 'EACCES' : undefined;
    });
    const error = await failure(take(path), 'file-io');
    expect(error.message).toBe(`the list of names ${path} cannot be locked: permission denied`);
    expect(error.hint).toBe('check who owns the file and its folder, and their permissions');
  });

  test('since Windows is just removing it is tried for again', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    let times = 3;
    refuse('mkdirSync', (on) => (on === `${path}.lock` && times-- > 0 ? 'EPERM' : undefined));
    let looks = 2;
    refuse('statSync', (on) => (on === `${path}.lock` && looks-- > 0 ? 'EBUSY' : undefined));
    expect(await take(path)).toBe('had');
  });

  test('since Windows keeps it for longer than the limit is a failure of the system', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    refuse('mkdirSync', (on) => (on === `${path}.lock` ? 'EPERM' : undefined));
    const error = await failure(
      createLock({ path, label, limitMs: 0 })(async () => 'never'),
      'file-io',
    );
    expect(error.message).toBe(`the list of names ${path} cannot be locked: operation not permitted`);
  });

  test('since its folder is gone makes the folder anew', async () => {
    const { folder } = newPlace();
    const path = join(folder, 'made', 'credentials.json');
    let gone = false;
    refuse('mkdirSync', (on) => {
      if (on === `${path}.lock` && !gone) {
        gone = true;
        rmdirSync(join(folder, 'made'));
      }
      return undefined;
    });
    expect(await take(path)).toBe('had');
    expect([gone, readdirSync(folder)]).toEqual([true, []]);
  });
});

describe('a lock that is loaded late', () => {
  test('lets one work run at a time, and settles as the work does', async () => {
    const { path } = newPlace();
    const exclusively = createLazyLock({ path, label });
    let running = 0;
    const work = async (held: () => boolean) => {
      running += 1;
      expect([running, held()]).toEqual([1, true]);
      await new Promise(setImmediate);
      running -= 1;
      return 'done';
    };
    expect(await Promise.all([exclusively(work), exclusively(work), exclusively(work)])).toEqual([
      'done',
      'done',
      'done',
    ]);
    await expect(exclusively(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await failure(exclusively(work, { signal: AbortSignal.abort() }), 'cancelled');
  });
});

describe('the folder of a lock', () => {
  const taken = () => {
    const lock = `${newPlace().path}.lock`;
    const folder = new LockDirectory(lock);
    folder.fs.mkdir(lock, (error) => expect(error).toBeNull());
    return { lock, folder };
  };

  test('is not held where it was never taken, though nothing is there', () => {
    expect(new LockDirectory(`${newPlace().path}.lock`).isHeld()).toBe(false);
  });

  test('is closed to others', () => {
    if (posix) expect(statSync(taken().lock).mode & 0o777).toBe(0o700);
  });

  test('tells one holder from the next, and that it is free', () => {
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

  test('is removed when it is abandoned, or the process exits, and not again', () => {
    for (const leave of [
      ({ folder }: ReturnType<typeof taken>) => folder.abandon(),
      ({ folder }: ReturnType<typeof taken>) => folder.fs.rmdirSync(),
    ]) {
      const mine = taken();
      leave(mine);
      expect(mine.folder.isHeld()).toBe(false);
      expect(() => statSync(mine.lock)).toThrow('ENOENT');
      leave(mine);
    }
  });

  test('that cannot be removed is left to become stale', () => {
    const { lock, folder } = taken();
    writeFileSync(join(lock, 'kept'), '');
    folder.abandon();
    expect([folder.isHeld(), readdirSync(lock)]).toEqual([false, ['kept']]);
  });

  test('that was lost is not touched for its new holder', () => {
    const { lock, folder } = taken();
    rmdirSync(lock);
    mkdirSync(lock);
    utimesSync(lock, 7, 7);
    const errors: unknown[] = [];
    folder.fs.utimes(lock, new Date(), new Date(), (error) => errors.push(error));
    expect(errors).toEqual([expect.objectContaining({ code: 'ENOENT', message: 'the lock is gone' })]);
    expect(statSync(lock).mtimeMs).toBe(7000);
  });

  test('is a folder, and what is none is refused', () => {
    const { path } = newPlace();
    writeFileSync(path, '');
    const seen: [unknown, Stats | undefined][] = [];
    new LockDirectory(path).fs.stat(path, (error, stats) => seen.push([error, stats]));
    expect(seen).toEqual([[expect.objectContaining({ code: 'ENOTDIR' }), undefined]]);
  });
});
