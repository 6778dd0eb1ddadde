import { mkdirSync, readdirSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLock } from '../../src/adapters/files/lock.ts';
import { LockDirectory } from '../../src/adapters/files/lock-directory.ts';
import { fileVersion, replaceFile } from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { needs } from '../support/needs.ts';
import { underWine } from '../support/under-wine.ts';
import { newPlace } from './place.ts';

const label = 'encrypted file';
const bytes = Buffer.from('new');

describe('a file is replaced', () => {
  test('only while it is what was read', async () => {
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

  test('only while the writer is permitted', async () => {
    const { path, folder } = newPlace();
    const file = { path, label };
    expect(await replaceFile({ file, bytes, expected: undefined, isPermitted: () => false })).toBe(false);
    const thrown = replaceFile({
      file,
      bytes,
      expected: undefined,
      isPermitted() {
        throw new Error('called off');
      },
    });
    expect((await failure(thrown, 'file-io')).message).toContain('called off');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('whole, when nothing is in the way', async () => {
    const { path, folder } = newPlace();
    expect(await replaceFile({ file: { path, label }, bytes, expected: undefined, isPermitted: () => true })).toBe(
      true,
    );
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

describe('a lock', () => {
  test('lets one work run at a time, in the order they came, through one handle or several', async () => {
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

  test('settles as the work does, and is free after a failure', async () => {
    const { path } = newPlace();
    const exclusively = createLock({ path, label });
    await expect(exclusively(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await exclusively(async () => 7)).toBe(7);
  });

  // Wine gives a folder's time of change for that of its birth, by which one holder is told from the next.
  test('is kept for longer than it takes to become stale', needs(!underWine, 'another system than Wine'), async () => {
    const { path } = newPlace();
    const work = createLock({ path, label })(async (held) => {
      await sleep(4500);
      return held();
    });
    await sleep(50);
    await failure(
      createLock({ path, label, limitMs: 3500 })(async () => 'stolen'),
      'file-busy',
    );
    expect(await work).toBe(true);
  });

  test('that was taken over is no longer held, and is not removed from under its new holder', async () => {
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

  test('that was let go is not removed from under a next holder, though both have the same time', () => {
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

  test('that is broken as stale is the one that was judged, not one that was taken since', () => {
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

  test('leaves no folder where nothing came to be kept, and one in which something was', async () => {
    const { folder } = newPlace();
    const file = { path: join(folder, 'made', 'for', 'credentials.json'), label };
    await createLock(file)(async () => undefined);
    expect(readdirSync(folder)).toEqual([]);
    await createLock(file)(async () => writeFileSync(file.path, 'kept'));
    expect(readdirSync(join(folder, 'made', 'for'))).toEqual(['credentials.json']);
  });

  test('is had by everybody, though the folder goes away with each to whom nothing came of it', async () => {
    const { folder } = newPlace();
    const file = { path: join(folder, 'made', 'for', 'credentials.json'), label };
    const had = await Promise.all(Array.from({ length: 30 }, (_, number) => createLock(file)(async () => number)));
    expect(had).toHaveLength(30);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('whose folder is a file names it', async () => {
    const { path } = newPlace();
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 7, 7);
    const error = await failure(
      createLock({ path, label })(async () => 'never'),
      'file-io',
    );
    expect(error.message).toContain(`${path} cannot be locked`);
  });

  test('is not waited for once the signal is aborted', async () => {
    const { path } = newPlace();
    const exclusively = createLock({ path, label });
    const calling = new AbortController();
    const first = exclusively(() => sleep(100));
    const second = exclusively(async () => 'never', { signal: calling.signal });
    calling.abort();
    await failure(second, 'cancelled');
    await first;
  });
});
