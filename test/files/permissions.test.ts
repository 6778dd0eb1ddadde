import { chmodSync, chownSync, lchownSync, mkdirSync, type Stats, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkAuthor, checkPath, restrictFolder } from '../../src/adapters/files/permissions.ts';
import { isFolderLoose, readPrivateFile } from '../../src/adapters/files/read-private-file.ts';
import { walkPath } from '../../src/adapters/files/trust-facts.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux, needsPosix, needsRoot } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';
import { findFreeDescriptor } from './descriptors.ts';
import { failCall, fakeCall, fakeFiles, recordCalls } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

afterEach(() => void vi.restoreAllMocks());

const label = 'list of names';
/** With an account, and without one. */
const [nobody, stranger] = [65534, 4711];
const modeOf = (path: string) => statSync(path).mode & 0o7777;

/** A file in a folder of its own, in a folder in which a test changes things. */
function newFile() {
  const { folder: above } = newPlace();
  const folder = join(above, 'keystow');
  mkdirSync(folder, { mode: 0o700 });
  return { above, folder, file: { path: join(folder, 'names.json'), label } };
}

/** The code of the refusal, or the warnings. */
function check(path: string): unknown {
  try {
    return checkPath({ path, label });
  } catch (error) {
    return (error as CredentialError).code;
  }
}

describe('the path of a file', needsPosix, () => {
  test.each([0o777, 0o757, 0o722])('is refused if others can write to a folder in it: %d', (mode) => {
    for (const which of ['folder', 'above'] as const) {
      const { [which]: folder, file } = newFile();
      expect(check(file.path)).toEqual([]);
      chmodSync(folder, mode);
      expect(check(file.path)).toBe('file-refused');
      expect(modeOf(folder)).toBe(mode);
    }
  });

  test('is refused before anything exists in such a folder', () => {
    const { folder, file } = newFile();
    chmodSync(folder, 0o777);
    expect(check(join(folder, 'a', 'b', 'names.json'))).toBe('file-refused');
    expect(check(file.path)).toBe('file-refused');
  });

  test('may contain shared (sticky) folders, and folders of root', () => {
    const { above, file } = newFile();
    chmodSync(above, 0o1777);
    expect(check(file.path)).toEqual([]);
    expect(check('/etc/keystow/names.json')).toEqual([]);
  });

  test('may contain the user’s own links, and the folders behind them count', () => {
    const { above, folder } = newFile();
    const { above: other, folder: target } = newFile();
    symlinkSync(join(target, '..', 'keystow'), join(above, 'absolute'));
    symlinkSync('./keystow/.', join(other, 'relative'));
    symlinkSync(join(other, 'relative'), join(folder, 'both'));
    for (const path of [join(above, 'absolute'), join(other, 'relative'), join(folder, 'both')]) {
      chmodSync(target, 0o700);
      expect(check(join(path, 'names.json'))).toEqual([]);
      chmodSync(target, 0o777);
      expect(check(join(path, 'names.json'))).toBe('file-refused');
    }
  });

  test('ends at a loop of links, a file, or a folder that can’t be entered', () => {
    const { folder } = newFile();
    symlinkSync('loop', join(folder, 'loop'));
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['loop', 'file', 'nothing']) expect(check(join(folder, name, 'names.json'))).toEqual([]);
    failCall('lstatSync', (path) => (path === folder ? 'EACCES' : undefined));
    expect(check(join(folder, 'names.json'))).toEqual([]);
  });

  test('is not examined on Windows, which has no such owners', () => {
    const { above, file } = newFile();
    chmodSync(above, 0o777);
    onPlatform('win32');
    expect(check(file.path)).toEqual([]);
  });
});

describe('the path of a file, with other owners (only root can set them)', needsRoot, () => {
  test('is refused if another user of this machine owns a folder in it', () => {
    for (const which of ['folder', 'above'] as const) {
      const { [which]: folder, file } = newFile();
      chownSync(folder, nobody, nobody);
      expect(check(file.path)).toBe('file-refused');
    }
  });

  test('may be writable for a group that has no other member than the user, and names its owner by their account', () => {
    const { above, folder, file } = newFile();
    chmodSync(folder, 0o770);
    chownSync(folder, 0, stranger);
    const passwd = 'root:x:0:0:root:/root:/bin/sh\nsomebody:x:4711:4711::/home/somebody:/bin/sh\n';
    fakeFiles({ '/etc/passwd': passwd.replace(':4711:4711:', ':4711:100:'), '/etc/group': `own:x:${stranger}:root\n` });
    expect(check(file.path)).toEqual([]);
    fakeFiles({ '/etc/passwd': passwd, '/etc/group': `own:x:${stranger}:root\n` });
    expect(check(file.path)).toBe('file-refused');
    fakeFiles({ '/etc/passwd': passwd, '/etc/group': `own:x:${stranger}:root,somebody\n` });
    expect(check(file.path)).toBe('file-refused');
    chownSync(above, stranger, stranger);
    expect(() => checkPath(file)).toThrow(`${above} (somebody, uid ${stranger})`);
  });

  test('is refused if its owner is a user that only a directory service knows: id(1) names them', () => {
    const { above, file } = newFile();
    chownSync(above, nobody, nobody);
    fakeFiles({ '/etc/passwd': '' });
    expect(() => checkPath(file)).toThrow(`${above} (nobody, uid ${nobody})`);
  });

  test('causes a warning if an unknown user owns a folder above the file’s own, unless everybody can write to it', () => {
    const { above, folder, file } = newFile();
    chownSync(above, stranger, stranger);
    expect(check(file.path)).toEqual([expect.stringContaining(`uid ${stranger}`)]);
    chmodSync(above, 0o777);
    expect(check(file.path)).toBe('file-refused');
    chmodSync(above, 0o755);
    chownSync(folder, stranger, stranger);
    expect(check(file.path)).toBe('file-refused');
  });

  test('is refused if anybody else owns a link in it, also an unknown user, and also deep in other links', () => {
    for (const owner of [nobody, stranger]) {
      const { above, folder } = newFile();
      const link = join(above, 'link');
      symlinkSync(folder, link);
      symlinkSync('link', join(above, 'outer'));
      lchownSync(link, owner, owner);
      expect(check(join(link, 'names.json'))).toBe('file-refused');
      expect(check(join(above, 'outer', 'names.json'))).toBe('file-refused');
    }
  });

  test('is refused if members of a group can write to a folder in it, unless it’s root’s or the user’s own', () => {
    const { folder, file } = newFile();
    chmodSync(folder, 0o770);
    chownSync(folder, 0, stranger);
    expect(check(file.path)).toBe('file-refused');
    chownSync(folder, 0, 0);
    expect(check(file.path)).toEqual([]);
  });

  test('may belong to somebody outside of the user namespace, as root’s folders may, except for the file’s own', () => {
    const { above, folder, file } = newFile();
    const link = join(above, 'link');
    symlinkSync(folder, link);
    lchownSync(link, nobody, nobody);
    chownSync(above, nobody, nobody);
    fakeFiles({ '/proc/self/uid_map': '0 1000 1\n', '/proc/sys/kernel/overflowuid': `${nobody}\n` });
    expect(check(file.path)).toEqual([]);
    expect(check(join(link, 'names.json'))).toEqual([]);
    chownSync(folder, nobody, nobody);
    expect(check(file.path)).toBe('file-refused');
    chownSync(folder, 0, 0);
    fakeFiles({ '/proc/self/uid_map': '0 0 4294967295\n' });
    expect(check(file.path)).toBe('file-refused');
  });
});

describe('the author of a file that others may read', needsPosix, () => {
  const [user, group] = [1000, 1000];
  /** Returns the error. */
  function judge(owner: { uid: number; gid?: number; mode: number }): CredentialError | undefined {
    vi.spyOn(process, 'geteuid').mockReturnValue(user);
    const { file } = newFile();
    writeFileSync(file.path, 'text');
    try {
      checkAuthor(file, { ...statSync(file.path), gid: group, ...owner } as Stats);
      return undefined;
    } catch (error) {
      return error as CredentialError;
    }
  }

  test('is the user or root', () => {
    expect(judge({ uid: user, mode: 0o100644 })).toBeUndefined();
    expect(judge({ uid: 0, mode: 0o100644 })).toBeUndefined();
    expect(judge({ uid: nobody, mode: 0o100644 })).toMatchObject({
      code: 'file-refused',
      message: expect.stringMatching(/^the list of names .* belongs to another user \(uid 65534\)$/),
    });
  });

  test('is unknown if others can write to it, even if it’s root’s', () => {
    for (const uid of [0, user])
      expect(judge({ uid, mode: 0o100666 })).toMatchObject({
        code: 'file-refused',
        message: expect.stringContaining('its content cannot be trusted'),
      });
  });

  test('is the user on a Windows drive, whatever the mode', () => {
    fakeCall('statfsSync', () => ({ type: 0x01021997 }));
    fakeFiles({ '/proc/sys/kernel/osrelease': '5.15.153.1-microsoft-standard-WSL2' });
    expect(judge({ uid: user, mode: 0o100777 })).toBeUndefined();
  });
});

describe('a Windows drive in WSL, where every file has the mode 0777', needsPosix, () => {
  const windowsDrive = () => fakeCall('statfsSync', () => ({ type: 0x01021997 }));
  const kernel = (release: string) => fakeFiles({ '/proc/sys/kernel/osrelease': release });
  const wsl = '5.15.153.1-microsoft-standard-WSL2\n';

  async function useFile() {
    const { above, folder, file } = newFile();
    writeFileSync(file.path, 'text');
    for (const path of [above, folder, file.path]) chmodSync(path, 0o777);
    const notices: string[] = [];
    const notice = (line: string) => void notices.push(line);
    const results = [
      check(file.path),
      await readPrivateFile(file, { maxBytes: 8, notice }).catch(({ code }: CredentialError) => code),
    ];
    restrictFolder(file, '/home/alice', notice);
    return { results, notices, modes: [above, folder, file.path].map(modeOf) };
  }

  test('is accepted, with one notice for its folder', async () => {
    windowsDrive();
    kernel(wsl);
    ignoreModes();
    expect(await useFile()).toEqual({
      results: [[], 'text'],
      notices: [expect.stringContaining('Windows decides who can read it')],
      modes: [0o777, 0o777, 0o777],
    });
  });

  test('is tightened if it was mounted with the option metadata', async () => {
    windowsDrive();
    kernel(wsl);
    expect((await useFile()).modes).toEqual([0o777, 0o700, 0o600]);
  });

  test.each(['9p', 'drvfs', 'virtiofs'])('is recognised by the type of its mount: %s', async (type) => {
    const { above } = newFile();
    fakeFiles({ '/proc/sys/kernel/osrelease': wsl, '/proc/self/mountinfo': formatMount(above, type, 'rw') });
    ignoreModes();
    expect(await useFile()).toMatchObject({ results: [[], 'text'] });
  });

  test('is recognised by its file system and the kernel together', async () => {
    const refused = { results: ['file-refused', 'file-refused'] };
    expect(await useFile()).toMatchObject(refused);
    kernel(wsl);
    expect(await useFile()).toMatchObject(refused);
    windowsDrive();
    kernel('6.1.0-18-amd64\n');
    expect(await useFile()).toMatchObject(refused);
    failCall('statfsSync', 'ENOSYS');
    kernel(wsl);
    expect(await useFile()).toMatchObject(refused);
  });
});

describe('a file system that ignores modes', needsLinux, () => {
  /** Uses a file with this mode, in a folder with the same, on a mount. */
  async function useFile(mode: number, type: string, options: string) {
    const { folder, file } = newFile();
    writeFileSync(file.path, 'text');
    for (const path of [folder, file.path]) chmodSync(path, mode);
    fakeFiles({ '/proc/self/mountinfo': formatMount(folder, type, options) });
    ignoreModes();
    const notices: string[] = [];
    const read = () => readPrivateFile(file, { maxBytes: 8, notice: (line) => void notices.push(line) });
    const use = async () => {
      const text = await read().catch(({ code, hint }: CredentialError) => `${code}: ${hint}`);
      restrictFolder(file, '/home/alice', (line) => notices.push(line));
      return text?.replaceAll(folder, 'FOLDER');
    };
    return { texts: [await use(), await use()], notices: notices.map((line) => line.replaceAll(folder, 'FOLDER')) };
  }

  test('is reported once if others can read the file, and never claims to have changed it', async () => {
    expect(await useFile(0o755, 'exfat', 'rw,umask=0022')).toEqual({
      texts: ['text', 'text'],
      notices: [
        'the list of names FOLDER/names.json has permissions 0755, so other users can read it; changing them failed: its file system (exfat) ignores that; choose another folder, or seal the file with a passphrase',
      ],
    });
  });

  test('is refused if others can write to the file, with a hint that works', async () => {
    const uid = process.geteuid?.();
    for (const [type, options, hint] of [
      [
        'vfat',
        'rw',
        'its file system (vfat) has no permissions: choose another folder, or mount it with the option umask=077',
      ],
      [
        'fuse',
        `rw,user_id=${uid},group_id=0,allow_other`,
        'chmod go-w FOLDER; if that changes nothing, its file system (fuse) ignores permissions: choose another folder',
      ],
      ['fuse', 'rw,user_id=4711,group_id=0', expect.stringContaining('choose another folder')],
      ['ext4', 'rw', 'chmod go-w FOLDER/names.json'],
    ] as const) {
      const { texts, notices } = await useFile(0o777, type, options);
      const [text] = texts;
      expect([text?.split(': ')[0], notices.length]).toEqual(['file-refused', 1]);
      expect(text?.slice('file-refused: '.length).replace('/names.json', '')).toEqual(
        typeof hint === 'string' ? hint.replace('/names.json', '') : hint,
      );
    }
  });

  test('is accepted silently if the user mounted it, and nobody else can get in', async () => {
    const options = `rw,user_id=${process.geteuid?.()},group_id=0`;
    expect(await useFile(0o777, 'fuse.sshfs', options)).toEqual({ texts: ['text', 'text'], notices: [] });
    expect(await useFile(0o755, 'fuse.gocryptfs', options)).toEqual({ texts: ['text', 'text'], notices: [] });
  });
});

/** `chmod` succeeds without an effect. */
function ignoreModes() {
  fakeCall('fchmodSync', () => true);
}

/** The line of /proc/self/mountinfo for the file system that a path is on. */
function formatMount(path: string, type: string, options: string): string {
  const { dev } = statSync(path);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  return `22 1 0:99999 / / rw - rootfs none rw\n36 35 ${major}:${minor} / /mnt rw,noatime - ${type} /dev/sda1 ${options}\n`;
}

describe('before a read, the folder of a file', needsPosix, () => {
  const isLoose = (path: string) => isFolderLoose({ path, label });

  test('is examined with two system calls if it and the one above are certainly safe', async () => {
    const { above, folder, file } = newFile();
    const calls = recordCalls();
    expect(await isLoose(file.path)).toBe(false);
    expect(calls).toEqual([
      ['statSync', folder, expect.anything()],
      ['statSync', above, expect.anything()],
    ]);
  });

  test('is loose if others can look into it', async () => {
    const { folder, file } = newFile();
    chmodSync(folder, 0o750);
    expect(await isLoose(file.path)).toBe(true);
  });

  test('is refused if others can write to it or to the one above', async () => {
    for (const which of ['folder', 'above'] as const) {
      const { [which]: folder, file } = newFile();
      chmodSync(folder, 0o777);
      await failure(isLoose(file.path), 'file-refused');
    }
  });

  test(
    'is refused if another user owns it or the one above, even if nobody else can write to it',
    needsRoot,
    async () => {
      for (const which of ['folder', 'above'] as const) {
        const { [which]: folder, file } = newFile();
        chmodSync(folder, 0o755);
        chownSync(folder, nobody, nobody);
        await failure(isLoose(file.path), 'file-refused');
      }
    },
  );

  test('is certainly safe if only the user, root, or the user’s own group can write to it', needsRoot, async () => {
    const { folder, file } = newFile();
    const user = 4711;
    vi.spyOn(process, 'geteuid').mockReturnValue(user);
    for (const mode of [0o700, 0o770]) {
      chmodSync(folder, mode);
      chownSync(folder, user, user);
      const calls = recordCalls();
      expect(await isLoose(file.path)).toBe(mode === 0o770);
      expect(calls.map(([call]) => call)).toEqual(['statSync', 'statSync']);
    }
    chownSync(folder, user, nobody);
    await failure(isLoose(file.path), 'file-refused');
  });

  test('is left to the system’s error if it’s absent or can’t be examined', async () => {
    const { folder, file } = newFile();
    expect(await isLoose(join(folder, 'a', 'b', 'names.json'))).toBe(false);
    failCall('statSync', 'EACCES');
    expect(await isLoose(file.path)).toBe(false);
  });

  test('is not examined on Windows', async () => {
    const { folder, file } = newFile();
    chmodSync(folder, 0o777);
    onPlatform('win32');
    expect(await isLoose(file.path)).toBe(false);
  });
});

describe('loose permissions of a folder', needsPosix, () => {
  /** Returns the number of notices and the new permissions. */
  function restrict(folder: string, home = '/home/alice') {
    const notices: string[] = [];
    restrictFolder({ path: join(folder, 'names.json'), label }, home, (line) => notices.push(line));
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

  test('stay in a folder directly under the root, which is not even opened', () => {
    // It doesn't exist, so that a broken rule can't change anything.
    failCall('openSync', 'EACCES');
    const notices: string[] = [];
    restrictFolder({ path: '/keystow-tests-nowhere/names.json', label }, '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('stay if the folder is shared, or another user’s', () => {
    const shared = looseFolder(0o1777);
    expect(restrict(shared)).toEqual({ notices: 0, mode: 0o1777 });
    const foreign = looseFolder();
    vi.spyOn(process, 'geteuid').mockReturnValue(stranger);
    expect(restrict(foreign)).toEqual({ notices: 0, mode: 0o755 });
  });

  test('stay behind a link, which may have led elsewhere a moment ago', () => {
    const folder = looseFolder();
    const link = join(newPlace().folder, 'link');
    symlinkSync(folder, link);
    expect(restrict(link)).toEqual({ notices: 0, mode: 0o755 });
  });

  test('are changed without leaving the folder open', () => {
    const folder = looseFolder();
    const before = findFreeDescriptor();
    restrict(folder);
    expect(findFreeDescriptor()).toBe(before);
  });

  test('are changed through an open descriptor only', () => {
    const calls = recordCalls();
    restrict(looseFolder());
    expect(calls.map(([call]) => call).filter((call) => /chmod/.test(call))).toEqual(['chmodSync', 'fchmodSync']);
  });

  test('stay on Windows, which has none', () => {
    onPlatform('win32');
    expect(restrict(looseFolder())).toEqual({ notices: 0, mode: 0o755 });
  });

  test('cause no notice if the folder does not exist', () => {
    const notices: string[] = [];
    const path = join(newPlace().folder, 'not', 'there', 'names.json');
    restrictFolder({ path, label }, '/home/alice', (line) => notices.push(line));
    expect(notices).toEqual([]);
  });

  test('cause a notice if they cannot be changed, or not even examined', () => {
    const folder = looseFolder();
    failCall('fchmodSync', 'EROFS');
    expect(restrict(folder)).toEqual({ notices: 1, mode: 0o755 });
    failCall('openSync', (path) => (path === folder ? 'EACCES' : undefined));
    expect(restrict(folder)).toEqual({ notices: 1, mode: 0o755 });
  });
});

test('a path is walked as the system does: links and parents in the order in which it passes them', needsLinux, () => {
  const { above, folder } = newFile();
  symlinkSync('keystow', join(above, 'link'));
  mkdirSync(join(folder, 'inner'));
  const walked = (path: string) =>
    walkPath(path)
      .filter(({ path }) => path.startsWith(above))
      .map(({ path, isLast }) => `${path.slice(above.length)}${isLast ? ' (last)' : ''}`);
  expect(walked(folder)).toEqual(['', '/keystow (last)']);
  expect(walked(`${above}/./link//inner/`)).toEqual(['', '/link', '/keystow', '/keystow/inner (last)']);
  expect(walked(relative(process.cwd(), folder))).toEqual(['', '/keystow (last)']);
  expect(walked(`${above}/link/inner/..`)).toEqual(['', '/link', '/keystow', '/keystow/inner', '/keystow (last)']);
});
