import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { errnoCode, errnoMessage, replaceControls } from '../../src/adapters/files/file-errors.ts';
import { readPrivateFile } from '../../src/adapters/files/read-private-file.ts';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';
import { refuse, systemError } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

const label = 'list of names';

/** Reads a file of at most eight bytes, and keeps what it is told. */
function reader(path: string) {
  const notices: string[] = [];
  const read = () => readPrivateFile({ path, label }, { maxBytes: 8, notice: (line) => notices.push(line) });
  return { read, notices };
}

function kept(text = 'kept') {
  const { path, folder } = newPlace();
  writeFileSync(path, text, { mode: 0o600 });
  return { path, folder, ...reader(path) };
}

describe('a file', () => {
  test('is read as it is, up to the limit; what is larger is not', async () => {
    const { path, read } = kept('12345678');
    expect(await read()).toBe('12345678');
    writeFileSync(path, '123456789');
    const error = await failure(read(), 'file-damaged');
    expect(error.message).toBe(`the list of names ${path} is damaged: it is larger than 8 bytes`);
    expect(error.hint).toBe('restore it from a backup, or move it aside and sign in again; keystow leaves it as it is');
  });

  test('that is not there is absent', async () => {
    expect(await reader(newPlace().path).read()).toBeUndefined();
  });

  test('that was read, or refused, is not left open', async () => {
    const { path, read } = kept();
    const next = () => {
      const descriptor = openSync(path, 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    await read();
    chmodSync(path, 0o600);
    writeFileSync(path, '123456789');
    await failure(read(), 'file-damaged');
    expect(next()).toBe(before);
  });

  test('that is none of one’s own is refused, with what to do', async () => {
    const { path } = newPlace();
    mkdirSync(path);
    const error = await failure(reader(path).read(), 'file-refused');
    expect(error.message).toBe(`the list of names ${path} is a folder`);
    expect(error.hint).toBe(
      'keystow uses only a plain file of your own there; move this one aside, or choose another folder',
    );
  });

  test(
    'that the system does not open is a failure, and names what stands there where that is why',
    needsPosix,
    async () => {
      const { path, read } = kept();
      refuse('openSync', 'EACCES');
      const error = await failure(read(), 'file-io');
      expect(error.message).toBe(`the list of names ${path} cannot be read: permission denied`);
      expect(error.hint).toBe('check who owns the file and its folder, and their permissions');
      refuse('lstatSync', 'EACCES');
      expect((await failure(read(), 'file-io')).message).toBe(error.message);
      const link = `${path}.link`;
      symlinkSync(path, link);
      refuse('lstatSync', () => undefined);
      expect((await failure(reader(link).read(), 'file-refused')).message).toBe(
        `the list of names ${link} is a symbolic link`,
      );
    },
  );

  test('whose loose permissions cannot be taken away is read, and that is told', needsPosix, async () => {
    const { path, read, notices } = kept();
    chmodSync(path, 0o640);
    refuse('fchmodSync', 'EROFS');
    expect(await read()).toBe('kept');
    expect(notices).toEqual([
      `the list of names ${path} had permissions 0640, which lets others read it, and they cannot be changed: read-only file system`,
    ]);
  });
});

describe('a file that was not written by this program', () => {
  const refusedUpdate = async (text: string) => {
    const path = join(newPlace().folder, 'placement.json');
    writeFileSync(path, text, { mode: 0o600 });
    const update = createPlacementFile({ path }).update((now) => [...now]);
    return { path, error: await update.catch((error: unknown) => error) };
  };

  test('but by another is left as it is, with what to do', async () => {
    const { path, error } = await refusedUpdate('{"hosts":{}}');
    expect(error).toMatchObject({
      code: 'file-foreign',
      message: `the placement file ${path} was written by another program`,
      hint: 'move it aside, or choose another folder; keystow leaves it as it is',
    });
  });

  test('but by a later version of it is left as it is, with what to do', async () => {
    const { path, error } = await refusedUpdate('{"format":"keystow-placement","version":2}');
    expect(error).toMatchObject({
      code: 'file-version',
      message: `the placement file ${path} has version 2 of its format, and 1 is known`,
      hint: 'update the program; keystow leaves the file as it is',
    });
  });
});

describe('what the system says', () => {
  test.each([
    [systemError('ENOSPC', 'write'), 'ENOSPC', 'no space left on device'],
    [systemError('E2BIG', 'spawn'), 'E2BIG', 'argument list too long'],
    [
      Object.assign(new Error("EXDEV: cross-device link, rename 'a, b' -> 'c, d'"), { code: 'EXDEV' }),
      'EXDEV',
      'cross-device link',
    ],
    [new Error('something, and more'), undefined, 'something, and more'],
    [new Error('see: something, and more'), undefined, 'see: something, and more'],
    [new Error('two\nlines'), undefined, 'two?lines'],
    ['thrown', undefined, 'thrown'],
    [{ code: 'ENOENT' }, undefined, '[object Object]'],
  ])('%s is %s: %s', (error, code, words) => {
    expect(errnoCode(error)).toBe(code);
    expect(errnoMessage(error)).toBe(words);
  });

  test('of a full quota has no name in libuv, and has one here', needsPosix, () => {
    const full = systemError('EDQUOT', 'write');
    expect(full.code).toContain('Unknown');
    expect(errnoCode(full)).toBe('EDQUOT');
    expect(errnoMessage(full)).toBe('disk quota exceeded');
    const upper = Object.assign(new Error('UNKNOWN: unknown error, write'), {
      code: 'UNKNOWN',
      errno: -constants.errno.EDQUOT,
    });
    expect(errnoCode(upper)).toBe('EDQUOT');
    for (const other of [
      { code: 'UNKNOWN', errno: -constants.errno.EIO },
      { code: 'EIO', errno: -constants.errno.EDQUOT },
      { code: 'NOT_UNKNOWN', errno: -constants.errno.EDQUOT },
    ])
      expect(errnoCode(Object.assign(new Error(), other))).toBe(other.code);
    expect(errnoCode(Object.assign(new Error(), { errno: -constants.errno.EDQUOT }))).toBeUndefined();
  });

  test('is shown on one line, whatever a name holds', () => {
    expect(replaceControls('a\tb\x1b[31mc\nd\x7f')).toBe('a?b?[31mc?d?');
  });
});
