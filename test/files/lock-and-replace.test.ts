import { mkdirSync, readdirSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLock } from '../../src/adapters/files/lock.ts';
import { LockDirectory } from '../../src/adapters/files/lock-directory.ts';
import { fileVersion, replaceFile } from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needs } from '../support/needs.ts';
import { underWine } from '../support/under-wine.ts';

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

  // Wine returns a folder's modification time as its birth time, which identifies the holder.
  test('does not become stale while its holder works', needs(!underWine, 'another system than Wine'), async () => {
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
      createLock({ path, label, limitMs: 3500 })(async () => 'stolen'),
      'file-busy',
    );
    finish();
    expect(await work).toBe(true);
  });

  test('is no longer held after it was taken over, and is not removed from its new holder', async () => {
    const { path } = newPlace();
    await createLock({ path, label })(async (held) => {
      expect(held()).toBe(true);
      rmdirSync(`${path}.lock`);
      expect(held()).toBe(false);
      mkdirSync(`${path}.lock`);
      utimesSync(`${path}.lock`, 7, 7);
      expect(held()).toBe(false);
    });
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  });

  test('is not removed from the next holder after it was released, even if both have the same time', () => {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    const folder = new LockDirectory(lock);
    const same = new Date(Math.ceil(Date.now() / 1000) * 1000 + 5);
    folder.fs.mkdir(lock, () => undefined);
    folder.fs.utimes(lock, same, same, () => undefined);
    expect(folder.isHeld()).toBe(true);
    folder.fs.rmdir(lock, () => undefined);
    mkdirSync(lock);
    utimesSync(lock, same, same);
    folder.abandon();
    expect(folder.isHeld()).toBe(false);
    expect(readdirSync(lock)).toEqual([]);
  });

  test('is only broken as stale if it is still the one that was examined', () => {
    const { path } = newPlace();
    const lock = `${path}.lock`;
    mkdirSync(lock);
    utimesSync(lock, 7, 7);
    const folder = new LockDirectory(lock);
    folder.fs.stat(lock, () => undefined);
    rmdirSync(lock);
    mkdirSync(lock);
    folder.fs.rmdir(lock, (error) => expect(error).toMatchObject({ code: 'ENOENT' }));
    expect(readdirSync(lock)).toEqual([]);
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
    utimesSync(`${path}.lock`, 7, 7);
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
