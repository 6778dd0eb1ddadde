import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLock } from '../../src/adapters/files/lock.ts';
import { describeProcess, type LockHolder } from '../../src/adapters/files/lock-holder.ts';
import type { Activity } from '../../src/adapters/keyrings/process-activity.ts';
import { createLazyLock } from '../../src/composition/stores.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { describeOther, nonce, occupy, onAnotherMachine, parentProcess } from './lock-holders.ts';
import { failCall, recordCalls } from './watched-disk.ts';

/** What the holders of locks do. */
const holders = vi.hoisted((): { activity: Activity } => ({ activity: 'idle' }));

vi.mock('../../src/adapters/keyrings/process-activity.ts', () => ({
  watchProcesses: () => () => holders.activity,
  findDescendants: (pid: number) => [pid],
}));
vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const label = 'list of names';
const anHourAgo = new Date(Date.now() - 3_600_000);

/** Only the clock stands still: the lock is polled as fast as possible. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(Math, 'random').mockReturnValue(0);
}
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A caller that waits for a lock. */
function waitFor(path: string, limitMs?: number) {
  let outcome: unknown;
  const work = createLock({ path, label, ...(limitMs !== undefined && { limitMs }) })(async () => 'done');
  const settle = (result: unknown) => {
    outcome = result;
  };
  work.then(settle, settle);
  /** Waits for two more attempts. */
  async function polled() {
    const calls = recordCalls();
    const attempts = () => calls.filter(([call, on]) => call === 'readdirSync' && on === `${path}.lock`).length;
    while (attempts() < 2 && outcome === undefined) await new Promise((done) => setTimeout(done, 5));
  }
  return {
    work,
    /** Returns whether it still waits after so many more milliseconds, in steps that it can observe. */
    async waitsAfter(ms: number, eachStep: (passedMs: number) => void = () => undefined) {
      await polled();
      for (let passed = 0; passed < ms && outcome === undefined; passed += 500) {
        eachStep(passed);
        vi.advanceTimersByTime(Math.min(500, ms - passed));
        await polled();
      }
      return outcome === undefined;
    },
    /** As if the waiting process were suspended. */
    async isSuspendedFor(ms: number) {
      await polled();
      vi.advanceTimersByTime(ms);
      await polled();
    },
  };
}

describe('the lock of a living process', needsLinux, () => {
  beforeEach(stopClock);

  test.each([
    [undefined, 4000],
    [1500, 1500],
  ])('is waited for until the limit (%s: %d ms), and never taken', async (given, limitMs) => {
    const { path } = newPlace();
    const record = occupy(`${path}.lock`, parentProcess());
    utimesSync(record, anHourAgo, anHourAgo);
    const waiter = waitFor(path, given);
    expect(await waiter.waitsAfter(limitMs - 1)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    await failure(waiter.work, 'file-busy');
    expect(readdirSync(`${path}.lock`)).toEqual([nonce]);
    expect(readdirSync(dirname(path))).toEqual(['credentials.json.lock']);
  });

  test('is waited for again after the waiting process itself was suspended', async () => {
    const { path } = newPlace();
    occupy(`${path}.lock`, parentProcess());
    const waiter = waitFor(path);
    await waiter.isSuspendedFor(3_600_000);
    expect(await waiter.waitsAfter(3999)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    await failure(waiter.work, 'file-busy');
  });

  test('is waited for as long as its holder works, but not forever', async () => {
    holders.activity = 'working';
    onTestFinished(() => {
      holders.activity = 'idle';
    });
    const { path } = newPlace();
    occupy(`${path}.lock`, parentProcess());
    const waiter = waitFor(path);
    expect(await waiter.waitsAfter(12 * 4000)).toBe(true);
    expect(await waiter.waitsAfter(4500)).toBe(false);
    await failure(waiter.work, 'file-busy');
  });

  test('is not waited for because its holder worked until it got the lock', async () => {
    holders.activity = 'working';
    const { path } = newPlace();
    occupy(`${path}.lock`, parentProcess());
    const waiter = waitFor(path);
    expect(await waiter.waitsAfter(10_000)).toBe(true);
    holders.activity = 'idle';
    expect(await waiter.waitsAfter(4500)).toBe(false);
    await failure(waiter.work, 'file-busy');
  });

  test('is waited for as long as it passes from holder to holder', async () => {
    const { path } = newPlace();
    let record = occupy(`${path}.lock`, parentProcess());
    const waiter = waitFor(path);
    for (let turn = 0; turn < 12; turn++) {
      expect(await waiter.waitsAfter(3500), `turn ${turn}`).toBe(true);
      const next = occupy(`${path}.next`, parentProcess(), `${turn}`.padStart(16, '0'));
      replaceHolder(path, record);
      record = join(`${path}.lock`, basename(next));
    }
    replaceHolder(path, record);
    expect(await waiter.work).toBe('done');
  });

  /** Removes the holder, and lets the one in `path.next` take the lock, if there is one. */
  function replaceHolder(path: string, record: string): void {
    const fs = process.getBuiltinModule('node:fs');
    fs.unlinkSync(record);
    fs.rmdirSync(`${path}.lock`);
    if (fs.existsSync(`${path}.next`)) fs.renameSync(`${path}.next`, `${path}.lock`);
  }

  test('is waited for as long as a lock that its holder waits for makes progress', async () => {
    const { path, folder } = newPlace();
    const inner = join(folder, 'inner');
    occupy(`${path}.lock`, parentProcess());
    // Its holder waits for the inner lock, whose holder waits for the innermost one.
    const elsewhere = describeOther(1);
    occupy(`${inner}.lock.aaaaaaaaaaaaaaaa`, parentProcess(), 'aaaaaaaaaaaaaaaa');
    occupy(`${inner}.lock`, elsewhere, 'bbbbbbbbbbbbbbbb');
    occupy(`${folder}/innermost.lock.cccccccccccccccc`, elsewhere, 'cccccccccccccccc');
    const innermost = `${folder}/innermost`;
    let record = occupy(`${innermost}.lock`, onAnotherMachine(), '0'.repeat(16));
    const waiter = waitFor(path);
    for (let turn = 1; turn < 8; turn++) {
      expect(await waiter.waitsAfter(3500), `turn ${turn}`).toBe(true);
      const next = occupy(`${innermost}.next`, onAnotherMachine(), `${turn}`.padStart(16, '0'));
      replaceHolder(innermost, record);
      record = join(`${innermost}.lock`, basename(next));
    }
    expect(await waiter.waitsAfter(4500)).toBe(false);
    await failure(waiter.work, 'file-busy');
  });

  test('is not waited for after the signal is aborted', async () => {
    const { path, folder } = newPlace();
    occupy(`${path}.lock`, parentProcess());
    const controller = new AbortController();
    const work = createLock({ path, label })(async () => 'never', { signal: controller.signal });
    controller.abort();
    await failure(work, 'cancelled');
    expect(readdirSync(folder)).toEqual(['credentials.json.lock']);
  });
});

describe('the lock of a dead process is taken immediately', needsLinux, () => {
  beforeEach(stopClock);

  async function expectTaken(holder: LockHolder, touched = new Date()) {
    const { path, folder } = newPlace();
    const record = occupy(`${path}.lock`, holder);
    utimesSync(record, touched, touched);
    expect(await createLock({ path, label })(async (held) => held())).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  }

  test('if its process ID is unused', () => {
    const { pid } = spawnSync('true');
    return expectTaken({ ...parentProcess(), pid });
  });

  test('if its process ID was reused', () => expectTaken({ ...parentProcess(), started: '1' }));

  test('if it is a zombie', async () => {
    const child = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void child.kill());
    const pid = Number((await once(child.stdout, 'data')).toString());
    const [zombie, stat] = [describeOther(pid), (of = pid) => readFileSync(`/proc/${of}/stat`, 'latin1')];
    // Unlike the shell, sleep doesn't wait for its children.
    while (!stat(child.pid).includes('(sleep)')) await new Promise(setImmediate);
    process.kill(pid);
    while (!stat().includes(') Z ')) await new Promise(setImmediate);
    await expectTaken(zombie);
  });

  test('if this machine was restarted', () => expectTaken({ ...parentProcess(), boot: 'before' }, new Date(0)));
});

describe('the lock of a process that cannot be checked', () => {
  beforeEach(stopClock);
  const uncheckable: readonly (readonly [string, () => LockHolder])[] = [
    ['on another machine', onAnotherMachine],
    ['on another machine with the same name', () => ({ ...describeProcess(), boot: 'other' })],
    ['in another container', () => ({ ...describeProcess(), namespaces: 'pid:[1] time:[1]' })],
    ['in a worker thread of this process', describeProcess],
  ];

  test.each(uncheckable)('(%s) is taken if it is not touched for 10 seconds', async (_, holder) => {
    const { path } = newPlace();
    occupy(`${path}.lock`, holder());
    const waiter = waitFor(path);
    expect(await waiter.waitsAfter(9999)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    expect(await waiter.work).toBe('done');
  });

  test.each(uncheckable)('(%s) is not taken while it is touched', async (_, holder) => {
    const { path } = newPlace();
    const record = occupy(`${path}.lock`, holder());
    const waiter = waitFor(path);
    const touch = (passedMs: number) => {
      if (passedMs % 1000 === 0) utimesSync(record, Date.now() / 1000, Date.now() / 1000 + passedMs);
    };
    expect(await waiter.waitsAfter(3999, touch)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    await failure(waiter.work, 'file-busy');
  });

  test('is not taken because time passed while the waiting process was suspended', async () => {
    const { path } = newPlace();
    occupy(`${path}.lock`, onAnotherMachine());
    const waiter = waitFor(path);
    await waiter.isSuspendedFor(3_600_000);
    expect(await waiter.waitsAfter(9999)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    expect(await waiter.work).toBe('done');
  });

  test.each([
    ['unreadable', 'not JSON'],
    ['of another program', '{"pid":1}'],
    ['empty, after a power failure', ''],
  ])('because its record is %s, is taken in the same way', async (_, text) => {
    const { path } = newPlace();
    mkdirSync(`${path}.lock`);
    writeFileSync(join(`${path}.lock`, nonce), text);
    const waiter = waitFor(path);
    expect(await waiter.waitsAfter(9999)).toBe(true);
    expect(await waiter.waitsAfter(1)).toBe(false);
    expect(await waiter.work).toBe('done');
  });

  test('of keystow 0.1 is respected while it is touched, and taken otherwise', async () => {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    mkdirSync(lock);
    const first = waitFor(path);
    const touch = (passedMs: number) => utimesSync(lock, passedMs, passedMs);
    expect(await first.waitsAfter(4000, touch)).toBe(false);
    await failure(first.work, 'file-busy');
    const second = waitFor(path);
    expect(await second.waitsAfter(9999)).toBe(true);
    expect(await second.waitsAfter(1)).toBe(false);
    expect(await second.work).toBe('done');
  });

  test('that no version of keystow has written is never taken', async () => {
    const { path } = newPlace();
    mkdirSync(`${path}.lock`);
    writeFileSync(join(`${path}.lock`, 'notes.txt'), 'mine');
    const waiter = waitFor(path);
    expect(await waiter.waitsAfter(4000)).toBe(false);
    await failure(waiter.work, 'file-busy');
    expect(readdirSync(`${path}.lock`)).toEqual(['notes.txt']);
  });
});

describe('a lock that the system refuses', () => {
  beforeEach(stopClock);
  const take = (path: string) => createLock({ path, label })(async () => 'done');

  test.each(['EROFS', 'ENOSPC', 'EACCES', 'EDQUOT'])(
    'with %s is an error, and leaves nothing behind',
    needsPosix,
    async (code) => {
      for (const call of ['mkdirSync', 'openSync', 'writeFileSync', 'renameSync'] as const) {
        const { path, folder } = newPlace();
        failCall(call, (on) => (typeof on === 'number' || `${on}`.startsWith(`${path}.lock`) ? code : undefined));
        await failure(take(path), 'file-io');
        expect(readdirSync(folder)).toEqual([]);
      }
    },
  );

  test('because a file is in its place is an error, and the file stays', async () => {
    const { path, folder } = newPlace();
    writeFileSync(`${path}.lock`, '');
    await failure(take(path), 'file-io');
    expect(readdirSync(folder)).toEqual(['credentials.json.lock']);
  });

  test('although it was taken is held: a network file system may report a wrong failure', async () => {
    const { path, folder } = newPlace();
    const { renameSync } = process.getBuiltinModule('node:fs');
    failCall('renameSync', (from, to) => {
      renameSync(String(from), String(to));
      return 'ENOENT';
    });
    expect(await take(path)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('while Windows is removing it is retried', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    let times = 3;
    failCall('renameSync', () => (times-- > 0 ? 'EPERM' : undefined));
    expect(await take(path)).toBe('done');
  });

  test('because Windows keeps it longer than the limit is an error', async () => {
    const { path } = newPlace();
    onPlatform('win32');
    failCall('readdirSync', (on) => (on === `${path}.lock` ? 'EPERM' : undefined));
    await failure(
      createLock({ path, label, limitMs: 0 })(async () => 'never'),
      'file-io',
    );
  });

  test('because its record was removed as unfinished is retried', async () => {
    const { path, folder } = newPlace();
    const { rmSync } = process.getBuiltinModule('node:fs');
    let times = 1;
    failCall('renameSync', (from) => {
      if (times-- > 0) for (const name of readdirSync(String(from))) rmSync(join(String(from), name));
      return undefined;
    });
    expect(await take(path)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('because its parent folder was removed is retried with a new folder', async () => {
    const { folder } = newPlace();
    const path = join(folder, 'parent', 'credentials.json');
    let gone = false;
    failCall('mkdirSync', (on) => {
      if (String(on).startsWith(`${path}.lock`) && !gone) {
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

describe('a lock that is held', () => {
  test('is closed to other users, and its record names no argument of the process', needsPosix, async () => {
    const { path } = newPlace();
    vi.spyOn(process, 'argv', 'get').mockReturnValue([process.execPath, 's3cret', 's3cret']);
    await createLock({ path, label })(async () => {
      const [name = ''] = readdirSync(`${path}.lock`);
      const record = join(`${path}.lock`, name);
      expect([statSync(`${path}.lock`).mode & 0o777, statSync(record).mode & 0o777]).toEqual([0o700, 0o600]);
      expect(readFileSync(record, 'utf8')).not.toContain('s3cret');
    });
  });

  test('is touched every second', async () => {
    const { path } = newPlace();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await createLock({ path, label })(async () => {
      const [name = ''] = readdirSync(`${path}.lock`);
      const record = join(`${path}.lock`, name);
      for (let round = 0; round < 2; round++) {
        utimesSync(record, 7, 7);
        vi.advanceTimersByTime(1000);
        expect(statSync(record).mtimeMs).toBeGreaterThan(7000);
      }
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('removes what killed processes have left, and nothing else', needsLinux, async () => {
    const { path, folder } = newPlace();
    const dead = { ...parentProcess(), started: '1' };
    const orphan = (digit: string) => `${path}.lock.${digit.repeat(16)}`;
    occupy(orphan('a'), dead);
    occupy(join(folder, 'other.lock'), dead);
    // Killed before it had written its record, or while it did.
    mkdirSync(orphan('b'));
    mkdirSync(orphan('c'));
    writeFileSync(join(orphan('c'), nonce), '{"format":"keystow-lo');
    utimesSync(occupy(orphan('d'), onAnotherMachine()), anHourAgo, new Date(Date.now() - 3_700_000));
    const kept = ['alive.lock', 'credentials.json.lock.eeeeeeeeeeeeeeee', 'far.lock', 'foreign.lock', 'old.lock'];
    occupy(join(folder, 'alive.lock'), parentProcess());
    occupy(orphan('e'), onAnotherMachine());
    occupy(join(folder, 'far.lock'), onAnotherMachine());
    mkdirSync(join(folder, 'foreign.lock'));
    writeFileSync(join(folder, 'foreign.lock', 'notes.txt'), 'mine');
    mkdirSync(join(folder, 'old.lock'));
    utimesSync(join(folder, 'old.lock'), 7, 7);
    await createLock({ path, label })(async () => undefined);
    expect(readdirSync(folder).sort()).toEqual(kept);
  });
});
