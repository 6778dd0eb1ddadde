import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createParentFolders,
  rejectForeignFolder,
  removeEmptyFolders,
  restrictPermissions,
  warnAboutWritableFolders,
} from '../../src/adapters/files/folders.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { failCall, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const root = process.geteuid?.() === 0;
const label = 'list of names';
const modeOf = (path: string) => statSync(path).mode & 0o7777;

afterEach(() => void vi.restoreAllMocks());

/** The code of the error that `work` throws. */
function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as CredentialError).code;
  }
}

describe('creating the folder of a file', () => {
  /** A file in two folders that don't exist. */
  function newFile() {
    const { folder } = newPlace();
    const created = [join(folder, 'outer', 'inner'), join(folder, 'outer')];
    return { folder, created, file: { path: join(folder, 'outer', 'inner', 'credentials.json'), label } };
  }

  test('creates its parents too, and returns the new folders, innermost first', () => {
    const { file, created } = newFile();
    expect(createParentFolders(file)).toEqual(created);
    if (posix) expect(created.map(modeOf)).toEqual([0o700, 0o700]);
    expect(createParentFolders(file)).toEqual([]);
  });

  test('never gives other users permissions, not even at first', needsPosix, () => {
    const { file } = newFile();
    failCall('chmodSync', (folder) => {
      expect(modeOf(`${folder}`) & 0o077).toBe(0);
      return undefined;
    });
    createParentFolders(file);
  });

  test('sets no mode on Windows', () => {
    const { file, created } = newFile();
    onPlatform('win32');
    const calls = recordCalls();
    expect(createParentFolders(file)).toEqual(created);
    expect(calls.filter(([call]) => call === 'chmodSync')).toEqual([]);
  });

  test('retries if another process creates and removes the parent meanwhile', () => {
    const { file, created } = newFile();
    const [inner = '', outer = ''] = created;
    let times = 3;
    failCall('mkdirSync', (path) => {
      if (path !== inner || times-- === 0) return undefined;
      if (existsSync(outer)) rmdirSync(outer);
      else mkdirSync(outer);
      return 'ENOENT';
    });
    expect(createParentFolders(file)[0]).toBe(inner);
    expect(readdirSync(dirname(inner))).toEqual([basename(inner)]);
  });

  test('fails if the system cannot create folders there, as in /proc', needsLinux, () => {
    const path = '/proc/keystow-tests/credentials.json';
    expect(codeOf(() => createParentFolders({ path, label }))).toBe('file-io');
  });

  test('removes the new parents if it fails', () => {
    const { file, folder, created } = newFile();
    failCall('mkdirSync', (path) => (path === created[0] && existsSync(dirname(`${path}`)) ? 'ENOSPC' : undefined));
    expect(codeOf(() => createParentFolders(file))).toBe('file-io');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not retry after any other error', () => {
    const { file, folder } = newFile();
    failCall('mkdirSync', 'EACCES');
    const calls = recordCalls();
    expect(codeOf(() => createParentFolders(file))).toBe('file-io');
    expect(calls.filter(([call]) => call === 'mkdirSync')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is undone for folders that stayed empty', () => {
    const { file, folder, created } = newFile();
    removeEmptyFolders(createParentFolders(file));
    expect(readdirSync(folder)).toEqual([]);
    createParentFolders(file);
    mkdirSync(join(folder, 'outer', 'other'));
    removeEmptyFolders(created);
    expect(readdirSync(join(folder, 'outer'))).toEqual(['other']);
  });
});

describe('loose permissions of a folder', needsPosix, () => {
  /** Returns the number of notices and the new permissions. */
  function restrict(folder: string, home = '/home/alice') {
    const notices: string[] = [];
    restrictPermissions(folder, home, (line) => notices.push(line));
    return { notices: notices.length, mode: modeOf(folder) };
  }

  function looseFolder(mode = 0o755) {
    const { folder } = newPlace();
    chmodSync(folder, mode);
    return folder;
  }

  test.each([0o755, 0o770, 0o701, 0o710])('are removed, with a notice: %d', (mode) => {
    const folder = looseFolder(mode);
    expect(restrict(folder)).toEqual({ notices: 1, mode: 0o700 });
    expect(restrict(folder)).toEqual({ notices: 0, mode: 0o700 });
  });

  test('stay if the folder is the home directory, or one above it', () => {
    const folder = looseFolder();
    for (const home of [folder, join(folder, 'alice'), join(folder, 'a', 'b'), join(folder, '..alice'), `${folder}/.`])
      expect(restrict(folder, home)).toEqual({ notices: 0, mode: 0o755 });
  });

  test('are removed if the folder is beside the home directory, or below it', () => {
    for (const home of [`${looseFolder()}-alice`, '/home', '']) expect(restrict(looseFolder(), home).mode).toBe(0o700);
    const folder = looseFolder();
    expect(restrict(folder, dirname(folder)).mode).toBe(0o700);
  });

  test('are removed in the current folder too if the home directory is unknown', () => {
    const folder = looseFolder();
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    expect(restrict(folder, '').mode).toBe(0o700);
  });

  test('stay in a folder directly under the root, which is not even examined', () => {
    // It doesn't exist, so that a broken rule can't change anything.
    const folder = '/keystow-tests-nowhere';
    failCall('statSync', 'EACCES');
    const notices: string[] = [];
    restrictPermissions(folder, '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('stay if the folder is shared, or another user’s', () => {
    const shared = looseFolder(0o1777);
    expect(restrict(shared)).toEqual({ notices: 0, mode: 0o1777 });
    const foreign = looseFolder();
    vi.spyOn(process, 'geteuid').mockReturnValue(4711);
    expect(restrict(foreign)).toEqual({ notices: 0, mode: 0o755 });
  });

  test('stay on Windows, which has none', () => {
    onPlatform('win32');
    expect(restrict(looseFolder())).toEqual({ notices: 0, mode: 0o755 });
  });

  test('cause no notice if the folder does not exist', () => {
    const notices: string[] = [];
    restrictPermissions(join(newPlace().folder, 'not', 'there'), '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('cause a notice if they cannot be changed, or not even examined', () => {
    const folder = looseFolder();
    failCall('chmodSync', 'EROFS');
    expect(restrict(folder)).toEqual({ notices: 1, mode: 0o755 });
    failCall('statSync', (path) => (path === folder ? 'EACCES' : undefined));
    const notices: string[] = [];
    restrictPermissions(folder, '/home/alice', (line) => notices.push(line));
    expect(notices).toHaveLength(1);
  });
});

describe('a folder of another user', needsPosix, () => {
  const uid = 65534;
  const me = 4711;

  /** A file in a folder of another user, as an ordinary user sees it. */
  function foreignFile() {
    const { folder, path } = newPlace();
    if (root) chownSync(folder, uid, uid);
    vi.spyOn(process, 'geteuid').mockReturnValue(me);
    return { path, label };
  }

  /** Whether there's a notice about the file's own folder. */
  function isWarnedAbout(file: { path: string; label: string }): boolean {
    const notices: string[] = [];
    warnAboutWritableFolders(file, (line) => notices.push(line));
    return notices.some((line) => line.includes(dirname(file.path)));
  }

  test('is refused', () => {
    expect(codeOf(() => rejectForeignFolder(foreignFile()))).toBe('file-refused');
  });

  test('causes a notice, as its owner can write to it whatever its permissions are', () => {
    expect(isWarnedAbout(foreignFile())).toBe(true);
  });

  test('does not include the user’s own folder, root’s, or one that does not exist', () => {
    for (const path of ['/etc/credentials.json', newPlace().path, join(newPlace().folder, 'not', 'there')])
      rejectForeignFolder({ path, label });
    vi.spyOn(process, 'geteuid').mockReturnValue(me);
    rejectForeignFolder({ path: '/etc/credentials.json', label });
  });

  test('is not detected on Windows', () => {
    const { folder, path } = newPlace();
    if (root) chownSync(folder, uid, uid);
    chmodSync(folder, 0o777);
    onPlatform('win32');
    rejectForeignFolder({ path, label });
    expect(isWarnedAbout({ path, label })).toBe(false);
  });

  test.each([
    [0o700, 4711, false],
    [0o750, 4711, false],
    [0o770, 4711, true],
    [0o770, 0, false],
    [0o702, 0, true],
    [0o1777, 4711, false],
  ])(
    'causes a notice only if others can write to it: %d, group %d: %s (only root can set a group)',
    needsRoot,
    (mode, gid, warned) => {
      const { folder, path } = newPlace();
      chownSync(folder, 0, gid);
      chmodSync(folder, mode);
      expect(isWarnedAbout({ path, label })).toBe(warned);
    },
  );
});
