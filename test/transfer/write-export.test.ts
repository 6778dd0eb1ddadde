import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkReplaceable, writeExport } from '../../src/adapters/transfer/write-export.ts';
import { failure } from '../contract/errors.ts';
import { systemError } from '../files/watched-disk.ts';
import { needsPosix } from '../support/needs.ts';

type Intercepted = 'linkSync' | 'writeSync' | 'fsyncSync' | 'renameSync';

const disk = vi.hoisted(() => ({
  calls: [] as string[],
  intercept: {} as Partial<Record<Intercepted, (...args: never[]) => unknown>>,
}));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const watch =
    (call: Intercepted) =>
    (...args: never[]) => {
      disk.calls.push(call);
      return disk.intercept[call]?.(...args) ?? (real[call] as (...all: never[]) => unknown)(...args);
    };
  return {
    ...real,
    linkSync: watch('linkSync'),
    writeSync: watch('writeSync'),
    fsyncSync: watch('fsyncSync'),
    renameSync: watch('renameSync'),
  };
});

const content = Buffer.from('content');
let folder: string;
let path: string;
beforeEach(() => {
  disk.calls = [];
  disk.intercept = {};
  folder = mkdtempSync(join(tmpdir(), 'keystow-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, 'backup.age');
});

const write = (replaces = false) => writeExport(path, content, { replaces });
const fail = (call: Intercepted, code: string) => {
  disk.intercept[call] = () => {
    throw systemError(code, call.replace('Sync', ''));
  };
};

describe('a new file', () => {
  test('is for the user alone, and nothing else stays in the folder', async () => {
    await write();
    expect(readFileSync(path)).toEqual(content);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['backup.age']);
  });

  test('is on the disk before it has its name', async () => {
    await write();
    expect(disk.calls).toEqual(['writeSync', 'fsyncSync', 'linkSync']);
    disk.calls = [];
    await write(true);
    expect(disk.calls).toEqual(['writeSync', 'fsyncSync', 'renameSync']);
  });

  test('is complete if the system writes a part at a time', async () => {
    const { writeSync } = await vi.importActual<typeof import('node:fs')>('node:fs');
    disk.intercept.writeSync = (descriptor: number, bytes: Uint8Array, offset: number) =>
      writeSync(descriptor, bytes, offset, 1);
    await write();
    expect(readFileSync(path)).toEqual(content);
  });

  test('is written on a file system without links', async () => {
    fail('linkSync', 'EPERM');
    await write();
    expect(readFileSync(path)).toEqual(content);
    expect(readdirSync(folder)).toEqual(['backup.age']);
  });

  test('replaces the temporary file of a run that was killed', async () => {
    writeFileSync(join(folder, `.backup.age.${process.pid}.tmp`), 'something longer than the content');
    await write();
    expect(readFileSync(path)).toEqual(content);
  });

  test('is closed, also if it could not be written', async () => {
    const next = () => {
      const descriptor = openSync(folder, 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    await write();
    fail('writeSync', 'ENOSPC');
    await failure(write(true), 'output-failed');
    expect(next()).toBe(before);
  });
});

describe('a file that exists', () => {
  test('is replaced only on request', async () => {
    writeFileSync(path, 'old');
    const { message, hint } = await failure(write(), 'invalid-input');
    expect(message).toBe(`${path} already exists`);
    expect(hint).toContain('--force');
    expect(disk.calls).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await write(true);
    expect(readFileSync(path)).toEqual(content);
  });

  test.each(['EEXIST', 'EPERM'])('is not replaced if another program creates it meanwhile: %s', async (code) => {
    disk.intercept.linkSync = () => {
      writeFileSync(path, 'of another');
      throw systemError(code, 'link');
    };
    const { message } = await failure(write(), 'invalid-input');
    expect(message).toBe(`${path} already exists`);
    expect(readFileSync(path, 'utf8')).toBe('of another');
    expect(readdirSync(folder)).toEqual(['backup.age']);
  });

  test('is not replaced if a link is created in its place meanwhile', async () => {
    disk.intercept.linkSync = () => {
      symlinkSync('nowhere', path);
      throw systemError('EEXIST', 'link');
    };
    await failure(write(), 'invalid-input');
    expect(readlinkSync(path)).toBe('nowhere');
  });

  test('stays if the disk is full, and no temporary file stays', async () => {
    writeFileSync(path, 'old');
    fail('writeSync', 'ENOSPC');
    const { message, hint } = await failure(write(true), 'output-failed');
    expect(hint).toContain('space left');
    expect(message).toContain(`cannot write ${path}: `);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['backup.age']);
  });
});

test('a folder, a link or a device is never replaced', needsPosix, async () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'old');
  symlinkSync(target, path);
  for (const replaces of [false, true]) {
    const { message, hint } = await failure(write(replaces), 'invalid-input');
    expect(message).toBe(`${path} is not a regular file`);
    expect(hint).toContain('choose another file');
  }
  expect(readFileSync(target, 'utf8')).toBe('old');
  rmSync(path);
  mkdirSync(path);
  await failure(write(true), 'invalid-input');
  const check = async (other: string) => checkReplaceable(other, true);
  await failure(check('/dev/null'), 'invalid-input');
});

test('a folder that does not exist is reported with the path', async () => {
  path = join(folder, 'none', 'backup.age');
  expect((await failure(write(), 'output-failed')).message).toContain(`cannot write ${path}: `);
});
