import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkFolderWritable, createParentFolders, removeEmptyFolders } from '../../src/adapters/files/folders.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needs, needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { findFreeDescriptor } from './descriptors.ts';
import { failCall, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const posix = process.platform !== 'win32';
const nobody = 65534;
const label = 'list of names';
const modeOf = (path: string) => statSync(path).mode & 0o7777;

afterEach(() => void vi.restoreAllMocks());

/** The code of the error that `work` throws. */
function codeOf(work: () => unknown): unknown {
  return errorOf(work)?.code;
}

function errorOf(work: () => unknown): CredentialError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as CredentialError;
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

  // A worker cannot set the umask.
  test(
    'gives only the user permissions, whatever the umask, and never through a path that could be a link by then',
    needs(posix && isMainThread, 'a POSIX process of its own'),
    () => {
      const before = process.umask(0);
      onTestFinished(() => void process.umask(before));
      for (const umask of [0, 0o022, 0o277]) {
        const { file, created } = newFile();
        process.umask(umask);
        const calls = recordCalls();
        createParentFolders(file);
        process.umask(before);
        expect(created.map(modeOf)).toEqual([0o700, 0o700]);
        expect(calls.filter(([call]) => call === 'chmodSync')).toEqual([]);
      }
    },
  );

  /** As if the umask had removed permissions: a thread can't set it. */
  function removePermissions(folder: string, mode: number, meanwhile: () => void = () => undefined): void {
    let isNew = true;
    failCall('lstatSync', (path) => {
      if (path !== folder || !existsSync(folder) || !isNew) return undefined;
      isNew = false;
      chmodSync(folder, mode);
      meanwhile();
      return undefined;
    });
  }

  test.each([
    [0o500, undefined],
    [0o000, 'EACCES'],
  ])('returns the permissions that the umask took from the user: %d', needsPosix, (mode, code) => {
    const { file, created } = newFile();
    const [inner = ''] = created;
    removePermissions(inner, mode);
    if (code) failCall('openSync', (path) => (path === inner ? code : undefined));
    expect(createParentFolders(file)).toEqual(created);
    expect(created.map(modeOf)).toEqual([0o700, 0o700]);
  });

  test.each([
    [0o500, undefined],
    [0o500, 'ELOOP'],
    [0o000, 'EACCES'],
  ])('changes no folder of another user who was faster: %d, %s', needsPosix, (mode, code) => {
    const { file, created } = newFile();
    const [inner = ''] = created;
    removePermissions(inner, mode, () => vi.spyOn(process, 'geteuid').mockReturnValue(nobody));
    if (code) failCall('openSync', (path) => (path === inner ? code : undefined));
    expect(codeOf(() => createParentFolders(file))).toBe(code && 'file-io');
    expect(modeOf(inner)).toBe(mode);
  });

  test('lets nobody else in, not even at first', needsPosix, () => {
    const { file, created } = newFile();
    const modes: number[] = [];
    failCall('lstatSync', (path) => {
      if (created.includes(`${path}`) && existsSync(`${path}`)) modes.push(modeOf(`${path}`) & 0o077);
      return undefined;
    });
    createParentFolders(file);
    expect([...new Set(modes)]).toEqual([0]);
  });

  test('does not follow a link that has replaced a new folder', needsPosix, () => {
    const { file, created } = newFile();
    const [inner = ''] = created;
    removePermissions(inner, 0o500);
    failCall('openSync', (path) => (path === inner ? 'ELOOP' : undefined));
    expect(codeOf(() => createParentFolders(file))).toBe('file-io');
    expect(modeOf(inner)).toBe(0o500);
  });

  test('closes every folder', needsPosix, () => {
    const { file, created } = newFile();
    const before = findFreeDescriptor();
    removePermissions(created[0] ?? '', 0o500);
    createParentFolders(file);
    expect(findFreeDescriptor()).toBe(before);
  });

  test('creates nothing in a folder that others can write to, or behind their link', needsPosix, () => {
    const { file, folder } = newFile();
    chmodSync(folder, 0o777);
    expect(codeOf(() => createParentFolders(file))).toBe('file-refused');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('creates nothing in another user’s folder or behind their link (only root can create one)', needsRoot, () => {
    const { file, folder } = newFile();
    chownSync(folder, nobody, nobody);
    expect(codeOf(() => createParentFolders(file))).toBe('file-refused');
    chownSync(folder, 0, 0);
    const target = newPlace().folder;
    symlinkSync(target, join(folder, 'outer'));
    lchownSync(join(folder, 'outer'), nobody, nobody);
    expect(codeOf(() => createParentFolders(file))).toBe('file-refused');
    expect(readdirSync(target)).toEqual([]);
    lchownSync(join(folder, 'outer'), 0, 0);
    createParentFolders(file);
    expect(readdirSync(target)).toEqual(['inner']);
  });

  test('sets no mode on Windows', () => {
    const { file, created } = newFile();
    onPlatform('win32');
    removePermissions(created[0] ?? '', 0o500);
    const calls = recordCalls();
    expect(createParentFolders(file)).toEqual(created);
    expect(calls.filter(([call]) => /chmod/.test(call))).toEqual([]);
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
    expect(new Set(createParentFolders(file))).toEqual(new Set(created));
    expect(readdirSync(dirname(inner))).toEqual([basename(inner)]);
  });

  test('fails if the system cannot create folders there, as in /proc', needsLinux, () => {
    const path = '/proc/keystow-tests/credentials.json';
    expect(codeOf(() => createParentFolders({ path, label }))).toBe('file-io');
  });

  test('fails below a file, and advises no chmod', needsPosix, () => {
    const file = newPlace().path;
    writeFileSync(file, '');
    for (const path of ['/dev/null/.config/x/names.json', `${file}/x/names.json`]) {
      expect(errorOf(() => createParentFolders({ path, label }))).toMatchObject({
        code: 'file-io',
        message: expect.stringMatching(
          / cannot be written: the folder .* does not exist and cannot be created: not a directory$/,
        ),
        hint: 'set HOME to a folder of this user, or choose another folder',
      });
    }
  });

  test.each([
    ['EACCES', 'the folder OUTER does not exist and cannot be created: permission denied'],
    ['EPERM', 'the folder OUTER does not exist and cannot be created: operation not permitted'],
    ['ENOSPC', 'no space left on device'],
  ])('names the first folder that is missing if that is why: %s', (code, why) => {
    const { file, created } = newFile();
    failCall('mkdirSync', code);
    const { message } = errorOf(() => createParentFolders(file)) ?? {};
    expect(message?.replaceAll(created[1] ?? '', 'OUTER')).toBe(
      `the list of names OUTER/inner/credentials.json cannot be written: ${why}`,
    );
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

describe('checking that the folder of a file is writable', () => {
  const fileIn = (folder: string) => ({ path: join(folder, 'names.json'), label });

  test('succeeds if it is, or can be created, and creates nothing', () => {
    const { folder } = newPlace();
    for (const each of [folder, join(folder, 'a'), join(folder, 'a', 'b')]) checkFolderWritable(fileIn(each));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('fails as the write would', needsPosix, () => {
    const { path, folder } = newPlace();
    writeFileSync(path, '');
    expect(errorOf(() => checkFolderWritable(fileIn(join(path, 'a'))))).toMatchObject({
      code: 'file-io',
      message: expect.stringContaining('cannot be created'),
    });
    expect(errorOf(() => checkFolderWritable(fileIn(path)))).toMatchObject({
      code: 'file-io',
      message: expect.stringContaining('cannot be written: not a directory'),
    });
    chmodSync(folder, 0o777);
    expect(codeOf(() => checkFolderWritable(fileIn(join(folder, 'a'))))).toBe('file-refused');
  });
});
