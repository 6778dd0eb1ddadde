import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  contendedError,
  damagedError,
  errnoCode,
  errnoMessage,
  foreignError,
  ioError,
  laterVersionError,
} from '../../src/adapters/files/file-errors.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import { checkPath, restrictFolder } from '../../src/adapters/files/permissions.ts';
import { readPrivateFile } from '../../src/adapters/files/read-private-file.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { describeOther, occupy, onAnotherMachine, parentProcess } from './lock-holders.ts';
import { failCall, systemError } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

afterEach(() => void vi.restoreAllMocks());

const label = 'list of names';
const program = 'backup';
const isRoot = process.geteuid?.() === 0;
const file = { path: '/home/alice/names.json', label };
const read = (path: string, notice: (line: string) => void = () => undefined) =>
  readPrivateFile({ path, label }, { maxBytes: 8, notice });

const check = async (path: string) => checkPath({ path, label });

/** Message and hint; the path is replaced by PATH. */
function texts({ message, hint }: CredentialError, path = file.path) {
  return [message, hint].map((text) => text?.replaceAll(path, 'PATH'));
}

describe('the message and hint of an error', () => {
  const permissions = 'check the owner and the permissions of the file and its folder';
  const space = 'free some disk space and try again; the old file is unchanged';

  test.each([
    [
      damagedError(file, 'it is empty'),
      'file-damaged',
      'the list of names PATH is damaged: it is empty',
      'restore it from a backup, or move it aside and store the credentials again; keystow does not change it',
    ],
    [
      foreignError(file),
      'file-foreign',
      'the list of names PATH was written by another program',
      'move it aside, or choose another folder; keystow does not change it',
    ],
    [
      laterVersionError(file, 2),
      'file-version',
      'the list of names PATH has format version 2, which this version of keystow does not support',
      'update this program; keystow does not change the file',
    ],
    [
      contendedError(file),
      'file-busy',
      'the list of names PATH is being changed by a program that does not lock it',
      'try again when no other program writes to it',
    ],
    [
      ioError(file, 'read', systemError('ENOTDIR', 'open')),
      'file-io',
      'the list of names PATH cannot be read: not a directory',
      'a part of the path is not a folder: check HOME, or choose another folder',
    ],
    [
      ioError(file, 'locked', systemError('EROFS', 'mkdir')),
      'file-io',
      'the list of names PATH cannot be locked: read-only file system',
      'the file system is mounted read-only; choose another folder',
    ],
    [
      ioError(file, 'written', systemError('ENOSPC', 'write')),
      'file-io',
      'the list of names PATH cannot be written: no space left on device',
      space,
    ],
    [
      ioError(file, 'written', systemError('EDQUOT', 'write')),
      'file-io',
      'the list of names PATH cannot be written: disk quota exceeded',
      space,
    ],
    [
      ioError(file, 'written', systemError('EACCES', 'open')),
      'file-io',
      'the list of names PATH cannot be written: permission denied',
      permissions,
    ],
    [
      ioError(file, 'written', systemError('EPERM', 'open')),
      'file-io',
      'the list of names PATH cannot be written: operation not permitted',
      permissions,
    ],
    [
      ioError(file, 'written', systemError('EIO', 'fsync')),
      'file-io',
      'the list of names PATH cannot be written: i/o error',
      'check the path, or choose another folder',
    ],
  ] as const)('%s', (error, code, message, hint) => {
    expect([error.code, ...texts(error)]).toEqual([code, message, hint]);
  });

  test('includes the system error as the cause', () => {
    const cause = systemError('EIO', 'read');
    expect(ioError(file, 'read', cause).cause).toBe(cause);
  });

  test('for a file that is too large names the limit', async () => {
    const { path } = newPlace();
    writeFileSync(path, '123456789', { mode: 0o600 });
    const [message] = texts(await failure(read(path), 'file-damaged'), path);
    expect(message).toBe('the list of names PATH is damaged: it is larger than 8 bytes');
  });

  const problems: readonly (readonly [problem: string, make: (path: string) => void])[] = [
    ['is a folder', (path) => mkdirSync(path)],
    ['is a symbolic link', (path) => symlinkSync('nowhere', path)],
    ['is not a regular file', (path) => void spawnSync('mkfifo', [path])],
    [
      'has 2 hard links',
      (path) => {
        writeFileSync(path, '');
        linkSync(path, `${path}.2`);
      },
    ],
    [
      `belongs to another user (uid ${isRoot ? 65534 : process.geteuid?.()})`,
      (path) => {
        writeFileSync(path, '', { mode: 0o600 });
        if (isRoot) chownSync(path, 65534, 65534);
        else vi.spyOn(process, 'geteuid').mockReturnValue(4711);
      },
    ],
  ];

  test.each(problems)('for a refused file names the problem: %s', needsPosix, async (problem, make) => {
    const { path } = newPlace();
    make(path);
    expect(texts(await failure(read(path), 'file-refused'), path)).toEqual([
      `the list of names PATH ${problem}`,
      'keystow only uses a regular file of your own there; move this one aside, or choose another folder',
    ]);
  });

  test('for a file or a folder that others can write to is the command that changes that', needsPosix, async () => {
    const { path, folder } = newPlace();
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    expect(texts(await failure(read(path), 'file-refused'), path)).toEqual([
      'other users can write to the list of names PATH (permissions 0666), so its content cannot be trusted',
      'chmod go-w PATH',
    ]);
    chmodSync(folder, 0o777);
    expect(texts(await failure(check(path), 'file-refused'), folder)).toEqual([
      'other users can write to the folder PATH (permissions 0777), so they can replace the list of names',
      'chmod go-w PATH',
    ]);
  });

  test('for a folder or a link of another user names the place and that user', needsRoot, async () => {
    const { path, folder } = newPlace();
    const link = join(folder, 'link');
    symlinkSync('nowhere', link);
    lchownSync(link, 65534, 65534);
    const asRoot =
      "run this with root's own home directory (sudo -H), or as that user (sudo -u nobody); without sudo, set HOME=/root";
    expect(texts(await failure(check(join(link, 'file')), 'file-refused'), folder)).toEqual([
      'the list of names PATH/link/file is behind a symbolic link of another user: PATH/link (nobody, uid 65534)',
      asRoot,
    ]);
    chownSync(folder, 65534, 65534);
    expect(texts(await failure(check(path), 'file-refused'), folder)).toEqual([
      'the list of names PATH/credentials.json is in a folder of another user: PATH (nobody, uid 65534)',
      asRoot,
    ]);
    chownSync(folder, 4711, 4711);
    expect(texts(await failure(check(path), 'file-refused'), folder)).toEqual([
      'the list of names PATH/credentials.json is in a folder of another user: PATH (uid 4711)',
      "run this with root's own home directory (sudo -H), or as that user (sudo -u '#4711'); without sudo, set HOME=/root",
    ]);
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const [, hint] = texts(await failure(check(path), 'file-refused'));
    expect(hint).toBe('run this command as that user, or choose another folder');
    chownSync(folder, 1000, 1000);
    const [, linkHint] = texts(await failure(check(join(link, 'file')), 'file-refused'));
    expect(linkHint).toBe('remove that link, or choose another folder');
  });

  test.each([
    [
      'that runs',
      (lock: string) => occupy(lock, { ...parentProcess(), program }),
      `process ${process.ppid} (backup) has kept the list of names PATH locked for 0 seconds`,
      'try again when that process is done',
    ],
    [
      'that is suspended',
      (lock: string) => occupy(lock, { ...startSuspended(), program }),
      expect.stringMatching(/^process \d+ \(backup\) has kept the list of names PATH locked for 0 seconds$/),
      expect.stringMatching(/^that process is suspended; continue it: kill -CONT \d+$/),
    ],
    [
      'on another machine',
      (lock: string) => occupy(lock, { ...onAnotherMachine(), program }),
      'process 1 (backup) on other.example has kept the list of names PATH locked for 0 seconds',
      'try again when that process is done',
    ],
    [
      'of keystow 0.1',
      (lock: string) => mkdirSync(lock),
      'another process has kept the list of names PATH locked for 0 seconds',
      'try again; if no other program uses it, remove the folder PATH.lock',
    ],
  ])('for the lock of a process %s', needsLinux, async (_, hold, message, hint) => {
    const { path } = newPlace();
    hold(`${path}.lock`);
    const work = createLock({ path, label, limitMs: 0 })(async () => 'never');
    expect(texts(await failure(work, 'file-busy'), path)).toEqual([message, hint]);
  });

  test('for a lock that nothing but the lock is at the path of', needsLinux, async () => {
    const { path } = newPlace();
    writeFileSync(`${path}.lock`, '');
    const take = () =>
      createLock({ path, label: 'lock of the credential', isOnlyLock: true, limitMs: 0 })(async () => 'never');
    const taken = 'the lock of the credential PATH cannot be taken: PATH.lock is not a folder';
    expect(texts(await failure(take(), 'file-io'), path)[0]).toBe(taken);
    rmSync(`${path}.lock`);
    mkdirSync(`${path}.lock/foreign`, { recursive: true });
    const kept = 'another process has kept the lock of the credential PATH for 0 seconds';
    expect(texts(await failure(take(), 'file-busy'), path)[0]).toBe(kept);
  });

  test.each([
    ['a file', (lock: string) => writeFileSync(lock, '')],
    ['a link that leads nowhere', (lock: string) => symlinkSync(`${lock}-nowhere`, lock)],
  ])('for %s where the lock should be', needsPosix, async (_, plant) => {
    const { path } = newPlace();
    plant(`${path}.lock`);
    const work = createLock({ path, label, limitMs: 0 })(async () => 'never');
    expect(texts(await failure(work, 'file-io'), path)).toEqual([
      'the list of names PATH cannot be locked: PATH.lock is not a folder',
      'move it aside, and find out who put it there',
    ]);
  });

  function startSuspended() {
    const { pid = 0 } = spawn('sh', ['-c', 'kill -STOP $$'], { stdio: 'ignore' });
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    while (!/\) [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) spawnSync('true');
    return describeOther(pid);
  }
});

describe('a notice', needsPosix, () => {
  const lines: string[] = [];
  const notice = (line: string) => void lines.push(line);
  const heard = (path: string) => lines.splice(0).map((line) => line.replaceAll(path, 'PATH'));

  test('names the file and its old permissions', async () => {
    const { path } = newPlace();
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    await read(path, notice);
    expect(heard(path)).toEqual(['the list of names PATH had permissions 0640; they are 0600 now']);
  });

  test('says why permissions of a file cannot be changed', async () => {
    const { path } = newPlace();
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    failCall('fchmodSync', 'EROFS');
    await read(path, notice);
    expect(heard(path)).toEqual([
      'the list of names PATH has permissions 0640, so other users can read it; ' +
        'changing them failed: read-only file system; choose another folder, or seal the file with a passphrase',
    ]);
  });

  test('names the folder and its old permissions, or why they cannot be changed', () => {
    const { folder } = newPlace();
    chmodSync(folder, 0o755);
    const restrict = () => restrictFolder({ path: join(folder, 'names.json'), label }, '/home/alice', notice);
    failCall('fchmodSync', 'EROFS');
    restrict();
    failCall('fchmodSync', () => undefined);
    restrict();
    failCall('openSync', 'EACCES');
    restrict();
    expect(heard(folder)).toEqual([
      'the folder PATH has permissions 0755, so other users can read it; changing them failed: read-only file system; choose another folder, or seal the file with a passphrase',
      'the folder PATH had permissions 0755; they are 0700 now',
      'the folder PATH has unknown permissions; changing them failed: permission denied',
    ]);
  });

  test('names a folder of an unknown user', needsRoot, () => {
    const { folder } = newPlace();
    chownSync(folder, 4711, 4711);
    expect(checkPath({ path: join(folder, 'deeper', 'names.json'), label })).toEqual([
      `the folder ${folder} belongs to an unknown user (uid 4711), who can replace the list of names`,
    ]);
  });
});

describe('the code and message of a system error', () => {
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
    ['thrown', undefined, 'thrown'],
    [{ code: 'ENOENT' }, undefined, '[object Object]'],
  ])('%s: %s, %s', (error, code, message) => {
    expect(errnoCode(error)).toBe(code);
    expect(errnoMessage(error)).toBe(message);
  });

  test('are known for an exceeded quota, which libuv does not name', needsPosix, () => {
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

  test('contain no control characters, whatever a file name contains', () => {
    const { message } = damagedError({ path: '/a\tb\x1b[31mc\nd\x7f', label: 'file' }, 'cut short');
    expect(message).toBe('the file /a\\tb\\u{1b}[31mc\\nd\\u{7f} is damaged: cut short');
  });
});
