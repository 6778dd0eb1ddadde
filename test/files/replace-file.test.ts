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
import { errnoCode } from '../../src/adapters/files/file-errors.ts';
import {
  fileVersion,
  removeOrphanedTemps,
  replaceFile,
  syncFile,
  syncFolder,
} from '../../src/adapters/files/replace-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { eventually } from '../support/eventually.ts';
import { needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { failCall, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const label = 'list of names';
const bytes = Buffer.from('new');

/** A file that contains `old`, and a function that replaces it. */
function existing() {
  const { path, folder } = newPlace();
  const file = { path, label };
  writeFileSync(path, 'old');
  const replace = () => replaceFile({ file, bytes, expected: fileVersion(file), isPermitted: () => true });
  return { file, path, folder, replace };
}

describe('replacing a file', () => {
  test('syncs the new file before the rename, and the folder after it', needsPosix, async () => {
    const { path, folder, replace } = existing();
    const calls = recordCalls();
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

  test('never lets other users read it, not even at first', needsPosix, async () => {
    const { folder, replace } = existing();
    failCall('fchmodSync', () => {
      const [temporary = ''] = readdirSync(folder).filter((name) => name.includes('.tmp-'));
      expect(statSync(join(folder, temporary)).mode & 0o077).toBe(0);
      return undefined;
    });
    expect(await replace()).toBe(true);
  });

  test('closes every file', async () => {
    const { path, replace } = existing();
    await replace();
    const descriptor = openSync(path, 'r');
    closeSync(descriptor);
    await replace();
    failCall('renameSync', 'EIO');
    await failure(replace(), 'file-io');
    expect(() => fstatSync(descriptor)).toThrow('EBADF');
  });

  test.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'])(
    'keeps the old file, and leaves no other, after %s',
    async (code) => {
      onPlatform('linux');
      for (const call of ['openSync', 'fsync', 'renameSync'] as const) {
        const { path, folder, replace } = existing();
        failCall(call, (on) => (on === folder ? undefined : code));
        expect(errnoCode((await failure(replace(), 'file-io')).cause)).toBe(code);
        failCall(call, () => undefined);
        expect(readFileSync(path, 'utf8')).toBe('old');
        expect(readdirSync(folder)).toEqual(['credentials.json']);
      }
    },
  );

  test('does nothing if another process has removed the temporary file', async () => {
    const { path, replace } = existing();
    failCall('renameSync', (temporary) => {
      rmSync(`${temporary}`);
      return undefined;
    });
    expect(await replace()).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('reports the first error if the temporary file cannot be removed either', async () => {
    const { replace } = existing();
    failCall('renameSync', 'EIO');
    failCall('rmSync', 'EACCES');
    expect((await failure(replace(), 'file-io')).cause).toMatchObject({ code: 'EIO' });
  });

  test('fails if the folder is a file', async () => {
    if (!posix) return;
    const { path } = existing();
    const file = { path: join(path, 'credentials.json'), label };
    expect(() => fileVersion(file)).toThrow(
      expect.objectContaining({ code: 'file-io', message: expect.stringContaining('cannot be read') }),
    );
    const replacing = replaceFile({ file, bytes, expected: undefined, isPermitted: () => true });
    expect((await failure(replacing, 'file-io')).message).toContain('cannot be written');
  });

  test('sets no modes on Windows, syncs no folder, and waits for readers of the file', async () => {
    const { path, folder, replace } = existing();
    onPlatform('win32');
    let readers = 2;
    failCall('renameSync', () => (--readers >= 0 ? 'EPERM' : undefined));
    const calls = recordCalls();
    expect(await replace()).toBe(true);
    expect(calls.filter(([call, on]) => call === 'fchmodSync' || on === folder)).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });
});

describe('replacing a file with other permissions', needsPosix, () => {
  const group = 4711;
  const replace = (path: string, access: { mode: number; gid?: number }) => {
    const file = { path, label };
    return replaceFile({ file, bytes, access, expected: fileVersion(file), isPermitted: () => true });
  };
  const accessOf = (path: string) => {
    const { mode, gid } = statSync(path);
    return { mode: mode & 0o777, gid };
  };

  test('sets them after the last byte', async () => {
    const { path, folder } = existing();
    failCall('writeFileSync', () => {
      const [temporary = ''] = readdirSync(folder).filter((name) => name.includes('.tmp-'));
      expect(statSync(join(folder, temporary)).mode & 0o777).toBe(0o600);
      return undefined;
    });
    expect(await replace(path, { mode: 0o664 })).toBe(true);
    expect(accessOf(path).mode).toBe(0o664);
  });

  test('sets the group (only root can set any)', needsRoot, async () => {
    const { path } = existing();
    await replace(path, { mode: 0o660, gid: group });
    expect(accessOf(path)).toEqual({ mode: 0o660, gid: group });
    expect(statSync(path).uid).toBe(process.geteuid?.());
  });

  test('leaves a group without permissions if it cannot become the file’s', async () => {
    const { path } = existing();
    const { gid } = accessOf(path);
    failCall('fchownSync', 'EPERM');
    await replace(path, { mode: 0o664, gid: group });
    expect(accessOf(path)).toEqual({ mode: 0o604, gid });
    await replace(path, { mode: 0o664, gid });
    expect(accessOf(path)).toEqual({ mode: 0o664, gid });
  });

  test('sets none on Windows', async () => {
    const { path } = existing();
    onPlatform('win32');
    const calls = recordCalls();
    await replace(path, { mode: 0o664, gid: group });
    expect(calls.filter(([call]) => /chmod|chown/.test(call))).toEqual([]);
  });
});

describe('syncing', () => {
  test('does nothing for a device, or a folder of /proc', needsLinux, async () => {
    const device = openSync('/dev/null', 'w');
    await syncFile(device);
    closeSync(device);
    await syncFolder('/proc');
  });

  test.each(['EINVAL', 'ENOTSUP'])('is skipped if the file system does not support it (%s)', async (code) => {
    const { replace, path } = existing();
    failCall('fsync', code);
    expect(await replace()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test.each(['EACCES', 'EPERM', 'EISDIR'])(
    'is skipped for a folder that cannot be opened (%s)',
    needsPosix,
    async (code) => {
      const { replace, folder } = existing();
      failCall('openSync', (on) => (on === folder ? code : undefined));
      expect(await replace()).toBe(true);
    },
  );

  test('fails if the system call fails, for a file and for a folder', needsPosix, async () => {
    const { folder, path } = newPlace();
    await expect(syncFolder(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
    failCall('fsync', 'EIO');
    await expect(syncFolder(folder)).rejects.toMatchObject({ code: 'EIO' });
    const descriptor = openSync(path, 'w');
    await expect(syncFile(descriptor)).rejects.toMatchObject({ code: 'EIO' });
    closeSync(descriptor);
  });

  test('closes the folder', needsPosix, async () => {
    const { folder } = newPlace();
    const calls = recordCalls();
    const before = openSync(folder, 'r');
    closeSync(before);
    await syncFolder(folder);
    const after = openSync(folder, 'r');
    closeSync(after);
    expect(after).toBe(before);
    expect(calls.filter(([call]) => call === 'fsync')).toHaveLength(1);
  });
});

describe('the version of a file', () => {
  test('changes when the file is written to, even if its length stays', async () => {
    const { file, path } = existing();
    const before = fileVersion(file);
    expect(fileVersion(file)).toBe(before);
    // Both writes may be in the same tick of the file system's clock.
    await eventually(() => {
      writeFileSync(path, 'new');
      expect(fileVersion(file)).not.toBe(before);
    });
  });

  test('is undefined if the file does not exist', () => {
    const { path } = newPlace();
    expect(fileVersion({ path, label })).toBeUndefined();
  });
});

describe('removing orphaned temporary files', () => {
  const orphan = (path: string, digits = '0123456789abcdef') => `${path}.tmp-${digits}`;

  test('removes those of this file, and nothing with a similar name', () => {
    const { folder, path } = existing();
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

  test('continues after a folder', () => {
    const { folder, path } = existing();
    const [first = '', ...others] = several;
    mkdirSync(orphan(path, first));
    for (const digits of others) writeFileSync(orphan(path, digits), '');
    removeOrphanedTemps(path);
    expect(readdirSync(folder).sort()).toEqual(['credentials.json', `credentials.json.tmp-${first}`]);
  });

  test.each(['lstatSync', 'rmSync'] as const)('continues if another process removes one first: before %s', (call) => {
    const { folder, path } = existing();
    for (const digits of several) writeFileSync(orphan(path, digits), '');
    let times = 1;
    failCall(call, (on) => {
      if (times-- === 1) rmSync(`${on}`);
      return undefined;
    });
    removeOrphanedTemps(path);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('does nothing if the folder cannot be listed', () => {
    removeOrphanedTemps(join(newPlace().folder, 'nothing', 'credentials.json'));
  });
});
