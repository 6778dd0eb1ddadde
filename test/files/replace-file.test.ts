import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  fileVersion,
  removeOrphanedTemps,
  replaceFile,
  syncFile,
  syncFolder,
} from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { listen, refuse } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const label = 'list of names';
const bytes = Buffer.from('new');

/** A file that holds `old`, and what replaces it. */
function kept() {
  const { path, folder } = newPlace();
  const file = { path, label };
  writeFileSync(path, 'old');
  const replace = () => replaceFile({ file, bytes, expected: fileVersion(file), isPermitted: () => true });
  return { file, path, folder, replace };
}

describe('a replacement', () => {
  test('is on the disk before it takes its place, and its place before it is told of', needsPosix, async () => {
    const { path, folder, replace } = kept();
    const calls = listen();
    const done = replace().then(() => calls.length);
    expect(await done).toBe(calls.length);
    const steps = calls.filter(([call]) => ['openSync', 'fsync', 'renameSync'].includes(call));
    const temporary = expect.stringMatching(/credentials\.json\.tmp-[0-9a-f]{16}$/);
    expect(steps.map(([call, on]) => (call === 'fsync' ? [call] : [call, on]))).toEqual([
      ['openSync', temporary],
      ['fsync'],
      ['renameSync', temporary],
      ['openSync', folder],
      ['fsync'],
    ]);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('may be read by nobody else from its first moment on', needsPosix, async () => {
    const { folder, replace } = kept();
    refuse('fchmodSync', () => {
      const [temporary = ''] = readdirSync(folder).filter((name) => name.includes('.tmp-'));
      expect(statSync(join(folder, temporary)).mode & 0o077).toBe(0);
      return undefined;
    });
    expect(await replace()).toBe(true);
  });

  test('leaves no file open', async () => {
    const { path, replace } = kept();
    await replace();
    const descriptor = openSync(path, 'r');
    closeSync(descriptor);
    await replace();
    refuse('renameSync', 'EIO');
    await failure(replace(), 'file-io');
    expect(() => fstatSync(descriptor)).toThrow('EBADF');
  });

  test.each([
    ['ENOSPC', 'no space left on device', 'free some space and try again; what was kept before is untouched'],
    ['EDQUOT', 'disk quota exceeded', 'free some space and try again; what was kept before is untouched'],
    ['EROFS', 'read-only file system', 'the file system is mounted read-only; choose another folder'],
    ['EACCES', 'permission denied', 'check who owns the file and its folder, and their permissions'],
    ['EPERM', 'operation not permitted', 'check who owns the file and its folder, and their permissions'],
    ['EIO', 'i/o error', 'check that the path can be used, or choose another folder'],
  ])('that the system refuses (%s) leaves the old file, and nothing beside it', async (code, words, hint) => {
    onPlatform('linux');
    for (const call of ['openSync', 'fsync', 'renameSync'] as const) {
      const { path, folder, replace } = kept();
      refuse(call, (on) => (on === folder ? undefined : code));
      const error = await failure(replace(), 'file-io');
      expect(error.message).toBe(`the list of names ${path} cannot be written: ${words}`);
      expect(error.hint).toBe(hint);
      refuse(call, () => undefined);
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['credentials.json']);
    }
  });

  test('whose temporary file somebody has swept away does not take place', async () => {
    const { path, replace } = kept();
    refuse('renameSync', (temporary) => {
      rmSync(`${temporary}`);
      return undefined;
    });
    expect(await replace()).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('whose temporary file cannot be removed says what went wrong before', async () => {
    const { replace } = kept();
    refuse('renameSync', 'EIO');
    refuse('rmSync', 'EACCES');
    expect((await failure(replace(), 'file-io')).message).toContain('i/o error');
  });

  test('is refused by a folder that is a file, in words that name the file', async () => {
    if (!posix) return;
    const { path } = kept();
    const file = { path: join(path, 'credentials.json'), label };
    expect(() => fileVersion(file)).toThrow(`the list of names ${file.path} cannot be read: not a directory`);
    const replacing = replaceFile({ file, bytes, expected: undefined, isPermitted: () => true });
    expect((await failure(replacing, 'file-io')).hint).toBe('a part of the path is not a folder');
  });

  test('on Windows sets no modes, syncs no folder, and waits for who has the file open', async () => {
    const { path, folder, replace } = kept();
    onPlatform('win32');
    let readers = 2;
    refuse('renameSync', () => (--readers >= 0 ? 'EPERM' : undefined));
    const calls = listen();
    expect(await replace()).toBe(true);
    expect(calls.filter(([call, on]) => call === 'fchmodSync' || on === folder)).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });
});

describe('a sync', () => {
  test('of what has no such thing is none: a device, a folder of /proc', needsLinux, async () => {
    const device = openSync('/dev/null', 'w');
    await syncFile(device);
    closeSync(device);
    await syncFolder('/proc');
  });

  test.each(['EINVAL', 'ENOTSUP'])('that the file system does not know (%s) is none', async (code) => {
    const { replace, path } = kept();
    refuse('fsync', code);
    expect(await replace()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test.each(['EACCES', 'EPERM', 'EISDIR'])(
    'of a folder that the system does not let open (%s) is none',
    needsPosix,
    async (code) => {
      const { replace, folder } = kept();
      refuse('openSync', (on) => (on === folder ? code : undefined));
      expect(await replace()).toBe(true);
    },
  );

  test('that fails is a failure, of a file and of a folder', needsPosix, async () => {
    const { folder, path } = newPlace();
    await expect(syncFolder(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
    refuse('fsync', 'EIO');
    await expect(syncFolder(folder)).rejects.toMatchObject({ code: 'EIO' });
    const descriptor = openSync(path, 'w');
    await expect(syncFile(descriptor)).rejects.toMatchObject({ code: 'EIO' });
    closeSync(descriptor);
  });

  test('of a folder leaves it closed', needsPosix, async () => {
    const { folder } = newPlace();
    const calls = listen();
    const before = openSync(folder, 'r');
    closeSync(before);
    await syncFolder(folder);
    const after = openSync(folder, 'r');
    closeSync(after);
    expect(after).toBe(before);
    expect(calls.filter(([call]) => call === 'fsync')).toHaveLength(1);
  });
});

describe('what stands at a path', () => {
  test('is another once it is written to, though it is as long as before', () => {
    const { file, path } = kept();
    const before = fileVersion(file);
    expect(fileVersion(file)).toBe(before);
    while (fileVersion(file) === before) writeFileSync(path, 'new');
  });

  test('is nothing where nothing is', () => {
    const { path } = newPlace();
    expect(fileVersion({ path, label })).toBeUndefined();
  });
});

describe('a sweep', () => {
  const orphan = (path: string, digits = '0123456789abcdef') => `${path}.tmp-${digits}`;

  test('removes what a killed writer of this file left, and nothing that only looks like it', () => {
    const { folder, path } = kept();
    const others = [
      'credentials.json.tmp-',
      'credentials.json.tmp-0123456789abcdeg',
      'other.json.tmp-0123456789abcdef',
    ];
    others.push(
      'credentials.json.tmp-x0123456789abcdef',
      'credentials.json.tmp-0123456789abcdef0',
      'credentials.json.tmp_0123456789abcdef',
    );
    for (const name of others) writeFileSync(join(folder, name), '');
    mkdirSync(orphan(path, 'fedcba9876543210'));
    writeFileSync(orphan(path), 'half');
    removeOrphanedTemps(path);
    expect(readdirSync(folder).sort()).toEqual(
      ['credentials.json', 'credentials.json.tmp-fedcba9876543210', ...others].sort(),
    );
  });

  const several = Array.from({ length: 9 }, (_, digit) => `${digit}`.repeat(16));

  test('goes on where a folder is among them', () => {
    const { folder, path } = kept();
    const [first = '', ...others] = several;
    mkdirSync(orphan(path, first));
    for (const digits of others) writeFileSync(orphan(path, digits), '');
    removeOrphanedTemps(path);
    expect(readdirSync(folder).sort()).toEqual(['credentials.json', `credentials.json.tmp-${first}`]);
  });

  test.each(['lstatSync', 'rmSync'] as const)('goes on where somebody else removes one first: before %s', (call) => {
    const { folder, path } = kept();
    for (const digits of several) writeFileSync(orphan(path, digits), '');
    let times = 1;
    refuse(call, (on) => {
      if (times-- === 1) rmSync(`${on}`);
      return undefined;
    });
    removeOrphanedTemps(path);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('of a folder that cannot be listed is none', () => {
    removeOrphanedTemps(join(newPlace().folder, 'nothing', 'credentials.json'));
  });
});
