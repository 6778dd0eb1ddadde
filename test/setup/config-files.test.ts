import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createConfigFiles, createSetupRecords } from '../../src/adapters/config-files/config-files.ts';
import { createExecutables } from '../../src/adapters/process/executables.ts';
import { failure } from '../contract/errors.ts';
import { failCall, fakeCall } from '../files/watched-disk.ts';
import { needsPosix, needsRoot } from '../support/needs.ts';

vi.mock('node:fs', async (original) => (await import('../files/watched-disk.ts')).watchedDisk(await original()));

const files = createConfigFiles();
const isPermitted = () => true;

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'keystow-config-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, 'config');
});

const read = (from = path) => files.read(from, 'configuration of x');

describe('a file is read', () => {
  test('with its byte order mark, permissions and group; one that is absent has none of them', async () => {
    writeFileSync(path, '\uFEFFa\r\n');
    if (process.platform !== 'win32') chmodSync(path, 0o2644);
    const { mode, gid } = statSync(path);
    const file = await read();
    expect(file).toMatchObject({ path, label: 'configuration of x', text: '\uFEFFa\r\n' });
    expect(file.version).toEqual(expect.any(String));
    if (process.platform !== 'win32') expect(file).toMatchObject({ mode: mode & 0o7777, gid });
    expect(await read(join(folder, 'none'))).toEqual({
      ...{ path: join(folder, 'none'), label: 'configuration of x' },
      ...{ text: undefined, version: undefined, mode: undefined, gid: undefined },
    });
  });

  test('behind 40 links, as Linux does, and no more', needsPosix, async () => {
    writeFileSync(path, 'a');
    for (let link = 1; link <= 41; link += 1) {
      symlinkSync(link === 1 ? 'config' : `link${link - 1}`, join(folder, `link${link}`));
    }
    expect(await read(join(folder, 'link40'))).toMatchObject({ path, text: 'a' });
    const { message } = await failure(read(join(folder, 'link41')), 'file-refused');
    expect(message).toContain('is a link to itself');
  });

  test('and closed, also if it is refused', needsPosix, async () => {
    const next = () => {
      const descriptor = openSync(folder, 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    writeFileSync(path, 'a');
    await read();
    chmodSync(path, 0o400);
    await failure(read(), 'file-refused');
    expect(next()).toBe(before);
  });

  test('up to 16 MiB', async () => {
    const limit = 16 * 1024 * 1024;
    writeFileSync(path, Buffer.alloc(limit, 'a'));
    expect((await read()).text).toHaveLength(limit);
    writeFileSync(path, 'a', { flag: 'a' });
    expect((await failure(read(), 'file-refused')).message).toContain(`is larger than ${limit} bytes`);
  });
});

describe('the reason for which a file is left as it is', needsPosix, () => {
  const explain = async (from = path) => (await failure(read(from), 'file-refused')).message;

  test('names the folder, link, socket or device in its place', async () => {
    mkdirSync(path);
    expect(await explain()).toBe(`the configuration of x ${path} is a folder, so it is left as it is`);
    rmSync(path, { recursive: true });
    symlinkSync('nowhere', path);
    expect(await explain()).toContain(`is a link to ${join(folder, 'nowhere')}, which does not exist`);
    expect(await explain('/dev/null')).toContain('is not a regular file');
    rmSync(path);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await explain()).toContain('is not a regular file');
    await new Promise((resolve) => server.close(resolve));
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(await explain()).toContain('is not a regular file');
  });

  test('is that a link has replaced it at the last moment', async () => {
    writeFileSync(path, 'a');
    const stats = lstatSync(path);
    rmSync(path);
    writeFileSync(join(folder, 'target'), 'b');
    symlinkSync('target', path);
    fakeCall('lstatSync', (inspected) => (inspected === path ? stats : undefined));
    await failure(read(), 'file-io');
  });

  test('names its other owner, or that of a link to it', needsRoot, async () => {
    writeFileSync(path, 'a');
    chownSync(path, 1234, 1234);
    expect(await explain()).toContain('belongs to another user (uid 1234)');
    chownSync(path, 0, 0);
    const link = join(folder, 'link');
    symlinkSync('config', link);
    expect((await read(link)).text).toBe('a');
    lchownSync(link, 1234, 1234);
    expect(await explain(link)).toContain('1234');
  });

  test('names who could have changed it', async () => {
    writeFileSync(path, 'a', { mode: 0o400 });
    expect(await explain()).toContain('is read-only');
    chmodSync(path, 0o600);
    linkSync(path, join(folder, 'second'));
    expect(await explain()).toContain('has 2 hard links');
    expect((await failure(read(), 'file-refused')).hint).toContain('edit this one by hand');
    rmSync(join(folder, 'second'));
    chmodSync(path, 0o666);
    expect(await explain()).toContain(path);
  });

  test('is that of the system, if a call fails', async () => {
    writeFileSync(path, 'a');
    failCall('openSync', 'EIO');
    expect((await failure(read(), 'file-io')).message).toContain('cannot be read');
  });

  test('is its encoding', async () => {
    writeFileSync(path, Buffer.from([0xff, 0x61]));
    const { message, hint } = await failure(read(), 'file-damaged');
    expect(message).toContain('it is not UTF-8');
    expect(hint).toContain('convert it to UTF-8');
  });
});

describe('a file is written', () => {
  test('with its folders, for the user alone unless a mode is asked for', needsPosix, async () => {
    path = join(folder, 'a', 'b', 'config');
    expect(await files.write(await read(), 'text é', { isPermitted })).toEqual([
      join(folder, 'a', 'b'),
      join(folder, 'a'),
    ]);
    expect(readFileSync(path, 'utf8')).toBe('text é');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const script = join(folder, 'script');
    expect(await files.write(await read(script), '', { mode: 0o755, isPermitted })).toEqual([]);
    expect(statSync(script).mode & 0o777).toBe(0o755);
    chmodSync(script, 0o700);
    await files.write(await read(script), 'x', { mode: 0o755, isPermitted });
    expect(statSync(script).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual(['a', 'script']);
  });

  test('unless the lock was lost or another program wrote it; then no new folder stays', async () => {
    const nested = join(folder, 'a', 'config');
    await failure(files.write(await read(nested), 'x', { isPermitted: () => false }), 'file-busy');
    expect(readdirSync(folder)).toEqual([]);
    const planned = await read();
    writeFileSync(path, 'of another');
    await failure(files.write(planned, 'x', { isPermitted }), 'file-busy');
    expect(readFileSync(path, 'utf8')).toBe('of another');
  });

  test('and what a killed run has left beside it disappears', async () => {
    const orphan = `${path}.tmp-0123456789abcdef`;
    writeFileSync(orphan, 'x');
    const dayAgo = new Date(Date.now() - 24 * 60 * 60 * 1000);
    utimesSync(orphan, dayAgo, dayAgo);
    await files.write(await read(), 'x', { isPermitted });
    expect(readdirSync(folder)).toEqual(['config']);
  });
});

describe('a file is removed', () => {
  test('with those of its new folders that are empty', async () => {
    path = join(folder, 'a', 'b', 'config');
    const folders = await files.write(await read(), 'x', { isPermitted });
    writeFileSync(join(folder, 'a', 'other'), '');
    await files.remove(await read(), folders);
    expect(readdirSync(join(folder, 'a'))).toEqual(['other']);
  });

  test('unless another program wrote it', async () => {
    writeFileSync(path, 'a');
    const planned = await read();
    rmSync(path);
    writeFileSync(path, 'of another');
    await failure(files.remove(planned, [folder]), 'file-busy');
    expect(existsSync(path)).toBe(true);
  });

  test('or the system fails', async () => {
    writeFileSync(path, 'a');
    const planned = await read();
    failCall('rmSync', (removed) => (removed === path ? 'EPERM' : undefined));
    expect((await failure(files.remove(planned, []), 'file-io')).message).toContain('cannot be written');
  });
});

describe('the records of setup', () => {
  const record = {
    tool: 'git',
    change: { kind: 'file', path: '/x', text: 'x' },
    at: '2026-11-29T20:00:00.000Z',
  };

  test('are empty at first; what setup does not write is damaged', async () => {
    const records = createSetupRecords(path);
    expect(await records.read()).toEqual([]);
    await records.write([], isPermitted);
    expect(await records.read()).toEqual([]);
    writeFileSync(path, JSON.stringify(record), { mode: 0o600 });
    const { message } = await failure(records.read(), 'file-damaged');
    expect(message).toContain('it is not what keystow setup writes');
    expect(message).toContain('record of keystow setup');
  });

  test('are not written without the lock', async () => {
    const records = createSetupRecords(path);
    await failure(
      records.write([], () => false),
      'file-busy',
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe('programs', needsPosix, () => {
  function install(...parts: readonly string[]): string {
    const at = join(folder, ...parts);
    mkdirSync(join(at, '..'), { recursive: true });
    writeFileSync(at, '#!/bin/sh\n', { mode: 0o755 });
    return at;
  }
  const create = (path: readonly string[], started = join(folder, 'none', 'keystow')) =>
    createExecutables({ path: path.join(delimiter), started, package: join(folder, 'package') });
  const reject = async (executables: ReturnType<typeof create>) =>
    failure(new Promise((resolve) => resolve(executables.findOwn('x'))), 'command-not-found');

  test('are found on PATH, and named by their absolute path', () => {
    const installed = install('bin', 'x');
    const found = { name: 'x', path: installed, isOnPath: true };
    expect(create([join(folder, 'other'), join(folder, 'bin')]).findOwn('x')).toEqual(found);
    const executables = create(['', relative(process.cwd(), join(folder, 'bin'))]);
    expect(executables.findOwn('x')).toEqual(found);
    expect(executables.findOnPath('x')).toBe(installed);
    expect(executables.findOnPath('y')).toBeUndefined();
  });

  test('beside this one are found next, then those of the package', () => {
    const packaged = install('package', 'dist', 'bin', 'x.cjs');
    const started = join(folder, 'beside', 'keystow');
    expect(create([], started).findOwn('x')).toEqual({ name: 'x', path: packaged, isOnPath: false });
    const beside = install('beside', 'x');
    expect(create([], started).findOwn('x')).toEqual({ name: 'x', path: beside, isOnPath: false });
    expect(create([], started).findOnPath('x')).toBeUndefined();
  });

  test('that npm puts on PATH for one run do not count', async () => {
    install('p', 'node_modules', '.bin', 'x');
    await reject(create([join(folder, 'p', 'node_modules', '.bin')]));
    for (const other of [['.bin'], ['node_modules', 'bin'], ['.bin', 'node_modules']]) {
      const installed = install(...other, 'x');
      expect(create([join(folder, ...other)]).findOwn('x')).toMatchObject({ path: installed, isOnPath: true });
    }
  });

  test('in the cache of npx, or nowhere, are not installed', async () => {
    const nowhere = await reject(create([]));
    expect(nowhere.message).toBe('x is not installed');
    expect(nowhere.hint).toContain('npm install --global keystow');
    install('_npx', 'x');
    const cached = await reject(create([], join(folder, '_npx', 'keystow')));
    expect(cached.message).toBe('x is not installed, only in a cache of npx');
  });
});
