import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { reserveSpace, setAside } from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { findFreeDescriptor } from './descriptors.ts';
import { failCall, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const label = 'encrypted file';
const now = '2026-11-29T16:45:00.123Z';
const modeOf = (path: string) => lstatSync(path).mode & 0o777;

const setAsideAt = async (path: string) => `${await setAside({ path, label }, now)}`;

describe('setting a file aside', () => {
  function newFile(text = 'text') {
    const { path, folder } = newPlace();
    writeFileSync(path, text);
    const backup = `${path}.backup-2026-11-29T164500Z`;
    return { path, folder, backup, setAside: () => setAside({ path, label }, now) };
  }

  test('renames it to a backup with the time in its name, which only the user can read', async () => {
    const { path, folder, backup, setAside } = newFile();
    chmodSync(path, 0o644);
    expect(await setAside()).toBe(backup);
    expect(readdirSync(folder).map((name) => `${folder}/${name}`)).toEqual([backup]);
    expect(readFileSync(backup, 'utf8')).toBe('text');
    if (posix) expect(modeOf(backup)).toBe(0o600);
  });

  test('does nothing if the file does not exist', async () => {
    const { path, folder } = newPlace();
    expect(await setAside({ path, label }, now)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('never replaces an older backup, not even a link that leads nowhere', async () => {
    const { path, backup, setAside } = newFile('first');
    await setAside();
    symlinkSync('nowhere', `${backup}-2`);
    writeFileSync(path, 'second');
    expect(await setAside()).toBe(`${backup}-3`);
    expect([backup, `${backup}-3`].map((each) => readFileSync(each, 'utf8'))).toEqual(['first', 'second']);
    expect(readlinkSync(`${backup}-2`)).toBe('nowhere');
  });

  test('survives a power cut: the folder is synced after the rename', needsPosix, async () => {
    const { folder, setAside } = newFile();
    const calls = recordCalls();
    await setAside();
    const last = calls.findLastIndex(([call]) => call === 'renameSync');
    expect(calls.slice(last + 1).map(([call, on]) => (call === 'openSync' ? on : call))).toEqual([folder, 'fsync']);
  });

  test('changes no permissions behind a link, and none of a folder', needsPosix, async () => {
    const { path, backup, setAside } = newFile();
    chmodSync(path, 0o644);
    const link = `${path}.link`;
    symlinkSync(path, link);
    const linkBackup = await setAsideAt(link);
    expect([readlinkSync(linkBackup), modeOf(path)]).toEqual([path, 0o644]);
    const folder = `${path}.folder`;
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    expect(modeOf(await setAsideAt(folder))).toBe(0o755);
    expect(await setAside()).toBe(backup);
  });

  test('does not wait at a FIFO that nobody writes to', needsPosix, async () => {
    const { path } = newPlace();
    spawnSync('mkfifo', [path]);
    expect(lstatSync(await setAsideAt(path)).isFIFO()).toBe(true);
  });

  test('closes the file', needsPosix, async () => {
    const { setAside } = newFile();
    const before = findFreeDescriptor();
    await setAside();
    expect(findFreeDescriptor()).toBe(before);
  });

  test('fails if the system does not rename it, and leaves it', async () => {
    const { path, folder, setAside } = newFile();
    failCall('renameSync', 'EROFS');
    const { message } = await failure(setAside(), 'file-io');
    expect(message).toContain('cannot be written');
    expect(readdirSync(folder).map((name) => `${folder}/${name}`)).toEqual([path]);
  });

  test('succeeds if its permissions cannot be changed', async () => {
    const { backup, setAside } = newFile();
    failCall('fchmodSync', 'EPERM');
    expect(await setAside()).toBe(backup);
  });

  test('sets no mode on Windows, and waits for readers of the file', async () => {
    const { backup, setAside } = newFile();
    onPlatform('win32');
    let readers = 2;
    failCall('renameSync', () => (--readers >= 0 ? 'EPERM' : undefined));
    const calls = recordCalls();
    expect(await setAside()).toBe(backup);
    expect(calls.filter(([call]) => /chmod|open/.test(call))).toEqual([]);
  });
});

describe('reserving space', () => {
  function newFiles() {
    const { path, folder } = newPlace();
    const names = `${folder}/names.json`;
    const reserve = () => reserveSpace({ path: `${folder}/reserve`, label }, [path, names]);
    return { path, folder, names, reserve, reserved: `${folder}/reserve` };
  }

  test('occupies more than a rewrite of the files takes, until it is released', () => {
    const { path, names, reserve, reserved } = newFiles();
    const sizes = [300_000, 200_000] as const;
    writeFileSync(path, Buffer.alloc(sizes[0]));
    writeFileSync(names, Buffer.alloc(sizes[1]));
    const release = reserve();
    expect(statSync(reserved).size).toBeGreaterThan(sizes[0] + sizes[1]);
    if (posix) expect(modeOf(reserved)).toBe(0o600);
    release();
    expect(existsSync(reserved)).toBe(false);
    // Another process may have removed it first.
    release();
  });

  test('counts a file that does not exist as empty', () => {
    const { reserve, reserved } = newFiles();
    const release = reserve();
    expect(statSync(reserved).size).toBeGreaterThan(0);
    release();
  });

  test('replaces what a killed process has left, and follows no link there', () => {
    const { path, reserve, reserved } = newFiles();
    writeFileSync(reserved, 'left');
    reserve()();
    expect(existsSync(reserved)).toBe(false);
    if (!posix) return;
    writeFileSync(path, 'text');
    symlinkSync(path, reserved);
    reserve()();
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  test.each(['ENOSPC', 'EDQUOT'])('fails if the disk is full (%s), and leaves nothing', (code) => {
    const { folder, reserved, reserve } = newFiles();
    failCall('writeFileSync', () => {
      // It was created before it didn't fit.
      closeSync(openSync(reserved, 'w'));
      return code;
    });
    const error = { code: 'file-io', message: expect.stringContaining('cannot be written') };
    expect(reserve).toThrow(expect.objectContaining(error));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['EROFS', 'EACCES', 'ENOENT'])('occupies nothing if the folder is not writable (%s)', (code) => {
    const { folder, reserve } = newFiles();
    failCall('writeFileSync', code);
    const release = reserve();
    failCall('rmSync', code);
    release();
    reserve()();
    expect(readdirSync(folder)).toEqual([]);
  });
});
