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
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { listen, refuse } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const root = process.geteuid?.() === 0;
const label = 'list of names';
const modeOf = (path: string) => statSync(path).mode & 0o7777;

afterEach(() => void vi.restoreAllMocks());

describe('a folder that is not there', () => {
  /** Where a file is to be, in two folders that are not there. */
  function newFile() {
    const { folder } = newPlace();
    const made = [join(folder, 'made', 'for'), join(folder, 'made')];
    return { folder, made, file: { path: join(folder, 'made', 'for', 'credentials.json'), label } };
  }

  test('is made, with those above it, and they are told, the innermost first', () => {
    const { file, made } = newFile();
    expect(createParentFolders(file)).toEqual(made);
    if (posix) expect(made.map(modeOf)).toEqual([0o700, 0o700]);
    expect(createParentFolders(file)).toEqual([]);
  });

  test('is nobody else’s from its first moment on', needsPosix, () => {
    const { file } = newFile();
    refuse('chmodSync', (folder) => {
      expect(modeOf(`${folder}`) & 0o077).toBe(0);
      return undefined;
    });
    createParentFolders(file);
  });

  test('is made on Windows without a mode', () => {
    const { file, made } = newFile();
    onPlatform('win32');
    const calls = listen();
    expect(createParentFolders(file)).toEqual(made);
    expect(calls.filter(([call]) => call === 'chmodSync')).toEqual([]);
  });

  test('is made where somebody else makes and removes the one above it meanwhile', () => {
    const { file, made } = newFile();
    const [inner = '', above = ''] = made;
    let times = 3;
    refuse('mkdirSync', (path) => {
      if (path !== inner || times-- === 0) return undefined;
      if (existsSync(above)) rmdirSync(above);
      else mkdirSync(above);
      return 'ENOENT';
    });
    expect(createParentFolders(file)[0]).toBe(inner);
    expect(readdirSync(dirname(inner))).toEqual([basename(inner)]);
  });

  test('and cannot be made is told, as in /proc', needsLinux, () => {
    const path = '/proc/keystow-tests/credentials.json';
    expect(() => createParentFolders({ path, label })).toThrow(
      `the list of names ${path} cannot be written: no such file or directory`,
    );
  });

  test('and cannot be made leaves none above it', () => {
    const { file, folder, made } = newFile();
    refuse('mkdirSync', (path) => (path === made[0] && existsSync(dirname(`${path}`)) ? 'ENOSPC' : undefined));
    expect(() => createParentFolders(file)).toThrow(
      `the list of names ${file.path} cannot be written: no space left on device`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('and cannot be made for another reason is tried for once', () => {
    const { file, folder } = newFile();
    refuse('mkdirSync', 'EACCES');
    const calls = listen();
    expect(() => createParentFolders(file)).toThrow('permission denied');
    expect(calls.filter(([call]) => call === 'mkdirSync')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes away again where nothing came to be kept in it', () => {
    const { file, folder, made } = newFile();
    removeEmptyFolders(createParentFolders(file));
    expect(readdirSync(folder)).toEqual([]);
    createParentFolders(file);
    mkdirSync(join(folder, 'made', 'kept'));
    removeEmptyFolders(made);
    expect(readdirSync(join(folder, 'made'))).toEqual(['kept']);
  });
});

describe('loose permissions of a folder', needsPosix, () => {
  /** What is said when `folder` is tightened, and what its permissions are then. */
  function tightened(folder: string, home = '/home/alice') {
    const notices: string[] = [];
    restrictPermissions(folder, home, (line) => notices.push(line));
    return { notices, mode: modeOf(folder) };
  }

  function looseFolder(mode = 0o755) {
    const { folder } = newPlace();
    chmodSync(folder, mode);
    return folder;
  }

  test.each([0o755, 0o770, 0o701, 0o710])('are taken away, with a notice: %d', (mode) => {
    const folder = looseFolder(mode);
    expect(tightened(folder)).toEqual({
      notices: [`the folder ${folder} had permissions 0${mode.toString(8)}; they are 0700 now`],
      mode: 0o700,
    });
    expect(tightened(folder).notices).toEqual([]);
  });

  test('are left where the folder is the home directory, or one above it', () => {
    const folder = looseFolder();
    for (const home of [folder, join(folder, 'alice'), join(folder, 'a', 'b'), join(folder, '..alice'), `${folder}/.`])
      expect(tightened(folder, home)).toEqual({ notices: [], mode: 0o755 });
  });

  test('are not left where it is beside the home directory, or below it', () => {
    for (const home of [`${looseFolder()}-alice`, '/home', '']) expect(tightened(looseFolder(), home).mode).toBe(0o700);
    const folder = looseFolder();
    expect(tightened(folder, dirname(folder)).mode).toBe(0o700);
  });

  test('do not depend on where the program runs, where there is no home directory', () => {
    const folder = looseFolder();
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    expect(tightened(folder, '').mode).toBe(0o700);
  });

  test('are left directly under the root, without a look', () => {
    // One that is not there: nothing could be changed, whatever became of the rule.
    const folder = '/keystow-tests-nowhere';
    refuse('statSync', 'EACCES');
    const notices: string[] = [];
    restrictPermissions(folder, '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('are left where the folder is shared, or another user’s', () => {
    const shared = looseFolder(0o1777);
    expect(tightened(shared)).toEqual({ notices: [], mode: 0o1777 });
    const anothers = looseFolder();
    vi.spyOn(process, 'geteuid').mockReturnValue(4711);
    expect(tightened(anothers)).toEqual({ notices: [], mode: 0o755 });
  });

  test('are left on Windows, which has none', () => {
    onPlatform('win32');
    expect(tightened(looseFolder())).toEqual({ notices: [], mode: 0o755 });
  });

  test('are no matter where there is no folder', () => {
    const notices: string[] = [];
    restrictPermissions(join(newPlace().folder, 'not', 'there'), '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('that cannot be changed, or not be seen, are told of', () => {
    const folder = looseFolder();
    refuse('chmodSync', 'EROFS');
    expect(tightened(folder).notices).toEqual([
      `the folder ${folder} had permissions 0755, and they cannot be changed: read-only file system`,
    ]);
    refuse('statSync', 'EACCES');
    const notices: string[] = [];
    restrictPermissions(folder, '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([
      `the folder ${folder} may have loose permissions, and they cannot be changed: permission denied`,
    ]);
  });
});

describe('a folder that is somebody else’s', needsPosix, () => {
  const uid = 65534;
  const me = 4711;

  /** A file in a folder of another user, for one who is not root. */
  function fileOfOthers() {
    const { folder, path } = newPlace();
    if (root) chownSync(folder, uid, uid);
    vi.spyOn(process, 'geteuid').mockReturnValue(me);
    return { folder, file: { path, label }, owner: statSync(folder).uid };
  }

  function said(file: { path: string; label: string }): readonly string[] {
    const lines: string[] = [];
    warnAboutWritableFolders(file, (line) => lines.push(line));
    return lines.filter((line) => line.includes(dirname(file.path)));
  }

  test('is refused, and who may use it is told', () => {
    const { file, owner } = fileOfOthers();
    expect(() => rejectForeignFolder(file)).toThrow(
      expect.objectContaining({
        code: 'file-refused',
        message: `the list of names ${file.path} is in a folder of another user (uid ${owner})`,
        hint: 'run this as that user, or choose another folder',
      }),
    );
  });

  test('is named, for its owner can open it whatever its permissions are', () => {
    const { file, folder } = fileOfOthers();
    expect(said(file)).toEqual([
      `others may write to the folder ${folder} (permissions 0700), and so replace the list of names`,
    ]);
  });

  test('is no such folder where it is root’s, one’s own, or not there', () => {
    for (const path of ['/etc/credentials.json', newPlace().path, join(newPlace().folder, 'not', 'there')])
      rejectForeignFolder({ path, label });
    vi.spyOn(process, 'geteuid').mockReturnValue(me);
    rejectForeignFolder({ path: '/etc/credentials.json', label });
  });

  test('is not known on Windows', () => {
    const { folder, path } = newPlace();
    if (root) chownSync(folder, uid, uid);
    chmodSync(folder, 0o777);
    onPlatform('win32');
    rejectForeignFolder({ path, label });
    expect(said({ path, label })).toEqual([]);
  });

  test.each([
    [0o700, 4711, false],
    [0o750, 4711, false],
    [0o770, 4711, true],
    [0o770, 0, false],
    [0o702, 0, true],
    [0o1777, 4711, false],
  ])(
    'is one’s own that others may write to: %d, group %d: %s (only root can give it a group)',
    needsRoot,
    (mode, gid, open) => {
      const { folder, path } = newPlace();
      chownSync(folder, 0, gid);
      chmodSync(folder, mode);
      expect(said({ path, label })).toEqual(
        open
          ? [
              `others may write to the folder ${folder} (permissions 0${(mode & 0o777).toString(8)}), and so replace the list of names`,
            ]
          : [],
      );
    },
  );
});
