import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLock } from '../../src/adapters/files/lock.ts';
import { LockFolder } from '../../src/adapters/files/lock-folder.ts';
import { fileVersion, replaceFile } from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';

const label = 'encrypted file';
const bytes = Buffer.from('new');

describe('replacing a file', () => {
  test('fails if it is no longer the version that was read', async () => {
    const { path, folder } = newPlace();
    const file = { path, label };
    writeFileSync(path, 'old');
    const expected = fileVersion(file);
    writeFileSync(path, 'meanwhile');
    expect(await replaceFile({ file, bytes, expected, isPermitted: () => true })).toBe(false);
    expect(await replaceFile({ file, bytes, expected: undefined, isPermitted: () => true })).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('meanwhile');
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('fails if the writer is no longer permitted', async () => {
    const { path, folder } = newPlace();
    const file = { path, label };
    expect(await replaceFile({ file, bytes, expected: undefined, isPermitted: () => false })).toBe(false);
    const cause = new Error('not permitted');
    const thrown = replaceFile({
      file,
      bytes,
      expected: undefined,
      isPermitted() {
        throw cause;
      },
    });
    expect((await failure(thrown, 'file-io')).cause).toBe(cause);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('writes the whole file', async () => {
    const { path, folder } = newPlace();
    expect(await replaceFile({ file: { path, label }, bytes, expected: undefined, isPermitted: () => true })).toBe(
      true,
    );
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

describe('a lock', () => {
  test('runs one work at a time, in the order of the calls, with one lock object or several', async () => {
    const { path } = newPlace();
    const locks = [createLock({ path, label }), createLock({ path, label })];
    const events: number[] = [];
    let running = 0;
    const work = (number: number) => async () => {
      running += 1;
      expect(running).toBe(1);
      await sleep(2);
      events.push(number);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, (_, number) => locks[number % 2]?.(work(number))));
    expect(events.filter((number) => number % 2 === 0)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(events).toHaveLength(20);
  });

  test('settles as the work does, and is released after a failure', async () => {
    const { path } = newPlace();
    const withLock = createLock({ path, label });
    const broken = new Error('broken');
    await expect(withLock(() => Promise.reject(broken))).rejects.toBe(broken);
    expect(await withLock(async () => 7)).toBe(7);
  });

  test('is not taken while its holder works', async () => {
    const { path } = newPlace();
    let [begin, finish] = [() => {}, () => {}];
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const work = createLock({ path, label })(async (held) => {
      begin();
      await finished;
      return held();
    });
    await begun;
    await failure(
      createLock({ path, label, limitMs: 200 })(async () => 'stolen'),
      'file-busy',
    );
    finish();
    expect(await work).toBe(true);
  });

  test('is no longer held after it was taken over, and is not removed from its new holder', async () => {
    const { path } = newPlace();
    const next = new LockFolder(`${path}.lock`);
    await createLock({ path, label })(async (held) => {
      expect(held()).toBe(true);
      rmSync(`${path}.lock`, { recursive: true });
      expect(held()).toBe(false);
      expect(next.take()).toBe(true);
      expect(held()).toBe(false);
    });
    expect(next.isHeld()).toBe(true);
  });

  test('has one holder, however many take it', async () => {
    const path = `${newPlace().path}.lock`;
    const [first, second] = [new LockFolder(path), new LockFolder(path)];
    expect([first.isHeld(), first.take(), second.take()]).toEqual([false, true, false]);
    expect([first.isHeld(), second.isHeld()]).toEqual([true, false]);
    await second.release();
    expect(first.isHeld()).toBe(true);
    await first.release();
    expect([first.isHeld(), second.take(), second.isHeld()]).toEqual([false, true, true]);
  });

  test('is only taken from the holder that was found dead', () => {
    const path = `${newPlace().path}.lock`;
    const [dead, fast, slow] = [new LockFolder(path), new LockFolder(path), new LockFolder(path)];
    dead.take();
    const found = slow.examine();
    fast.evict(found ?? expect.fail('the lock is free'));
    expect(fast.take()).toBe(true);
    slow.evict(found ?? expect.fail('the lock is free'));
    expect([slow.take(), fast.isHeld()]).toEqual([false, true]);
  });

  test('of keystow 0.1 is only taken if it is still the one that was examined', () => {
    const path = `${newPlace().path}.lock`;
    const lock = new LockFolder(path);
    mkdirSync(path);
    const found = lock.examine() ?? expect.fail('the lock is free');
    lock.evict({ ...found, version: 'an earlier one' });
    expect(readdirSync(path)).toEqual([]);
    lock.evict(found);
    expect(() => readdirSync(path)).toThrow('ENOENT');
  });

  test('removes the folders that it created, unless a file was stored in them', async () => {
    const { folder } = newPlace();
    const file = { path: join(folder, 'made', 'for', 'credentials.json'), label };
    await createLock(file)(async () => undefined);
    expect(readdirSync(folder)).toEqual([]);
    await createLock(file)(async () => writeFileSync(file.path, 'kept'));
    expect(readdirSync(join(folder, 'made', 'for'))).toEqual(['credentials.json']);
  });

  test('reaches every caller although each of them removes the folder again', async () => {
    const { folder } = newPlace();
    const file = { path: join(folder, 'made', 'for', 'credentials.json'), label };
    const had = await Promise.all(Array.from({ length: 30 }, (_, number) => createLock(file)(async () => number)));
    expect(had).toHaveLength(30);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('fails if its folder is a file', async () => {
    const { path } = newPlace();
    writeFileSync(`${path}.lock`, '');
    await failure(
      createLock({ path, label })(async () => 'never'),
      'file-io',
    );
  });

  test('is not waited for after the signal is aborted', async () => {
    const { path } = newPlace();
    const withLock = createLock({ path, label });
    const calling = new AbortController();
    const first = withLock(() => sleep(100));
    const second = withLock(async () => 'never', { signal: calling.signal });
    calling.abort();
    await failure(second, 'cancelled');
    await first;
  });
});
