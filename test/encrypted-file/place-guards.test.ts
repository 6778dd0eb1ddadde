import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { needs, needsPosix, needsRoot } from '../support/needs.ts';
import { alice, bob, newPlace, openFile } from './place.ts';

const secret = textSecret('s3cret-of-alice');
const posix = process.platform !== 'win32';

async function kept() {
  const place = newPlace();
  await openFile(place.path, 'home').set(alice, secret);
  return { ...place, whole: readFileSync(place.path) };
}

async function refuses(path: string, code: ErrorCode, words: string): Promise<void> {
  const store = openFile(path, 'home');
  const operations = [
    () => store.get(alice),
    () => store.set(bob, secret),
    () => store.delete(alice),
    () => store.list(),
  ];
  for (const operation of operations) {
    const error = await failure(operation(), code);
    expect(error.message).toContain(path);
    expect(error.message).toContain(words);
  }
}

describe('what is not a plain file of one’s own is refused', () => {
  test('[EF16] a symbolic link, and its target stays as it is', needsPosix, async () => {
    const { path, whole, folder } = await kept();
    const target = join(folder, 'target.json');
    renameSync(path, target);
    symlinkSync(target, path);
    await refuses(path, 'file-refused', 'is a symbolic link');
    expect(readFileSync(target).equals(whole)).toBe(true);
  });

  test('a symbolic link to nothing, and nothing is created', needsPosix, async () => {
    const { path, folder } = newPlace();
    symlinkSync(join(folder, 'nothing'), path);
    await refuses(path, 'file-refused', 'is a symbolic link');
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('[EF17] a second hard link', async () => {
    const { path, folder, whole } = await kept();
    linkSync(path, join(folder, 'other.json'));
    await refuses(path, 'file-refused', 'has 2 hard links');
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('a folder', async () => {
    const { path } = newPlace();
    mkdirSync(path);
    await refuses(path, 'file-refused', 'is a folder');
  });

  test('a FIFO, without waiting for a writer', needsPosix, async () => {
    const { path } = newPlace();
    execFileSync('mkfifo', [path]);
    await refuses(path, 'file-refused', 'is not a plain file');
  });

  test('a socket', needsPosix, async () => {
    const { path } = newPlace();
    const server = createServer();
    await new Promise<void>((done) => server.listen(path, done));
    onTestFinished(() => void server.close());
    await refuses(path, 'file-refused', 'is not a plain file');
  });

  test('[EF18] another user’s (only root can make one)', needsRoot, async () => {
    const { path, whole } = await kept();
    chownSync(path, 65534, 65534);
    await refuses(path, 'file-refused', 'belongs to another user (uid 65534)');
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('a path through a file', needsPosix, async () => {
    const { path } = await kept();
    const store = openFile(join(path, 'credentials.json'), 'home');
    expect((await failure(store.get(alice), 'file-io')).message).toContain('not a directory');
    expect((await failure(store.set(alice, secret), 'file-io')).hint).toContain('not a folder');
  });

  test('a name with a newline in an error is one line', async () => {
    if (!posix) return;
    const { folder } = newPlace();
    const path = join(folder, 'two\nlines');
    mkdirSync(path);
    const error = await failure(openFile(path, 'home').get(alice), 'file-refused');
    expect(error.message).toContain('two?lines');
  });
});

describe('permissions that are too loose', needsPosix, () => {
  test.each(['644', '660', '604', '777'])(
    '[EF19] of the file, 0%s, are tightened by a read, with one notice',
    async (octal) => {
      const { path } = await kept();
      chmodSync(path, Number.parseInt(octal, 8));
      const notices: string[] = [];
      const store = openFile(path, 'home', { notice: (line) => notices.push(line) });
      expect((await store.get(alice))?.equals(secret)).toBe(true);
      await store.get(alice);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(notices).toEqual([`the encrypted file ${path} had permissions 0${octal}; they are 0600 now`]);
    },
  );

  test('[EF20] of its folder are tightened, with a notice', async () => {
    const { path, folder } = await kept();
    chmodSync(folder, 0o755);
    const notices: string[] = [];
    await openFile(path, 'home', { notice: (line) => notices.push(line) }).get(alice);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(notices).toEqual([`the folder ${folder} had permissions 0755; they are 0700 now`]);
  });

  test('of an existing folder are tightened by the first write', async () => {
    const { path, folder } = newPlace();
    chmodSync(folder, 0o755);
    await openFile(path, 'home').set(alice, secret);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  // A worker cannot set the umask.
  test(
    '[EF21] never arise: a new file is 0600 in new folders 0700 whatever the umask',
    needs(isMainThread, 'a process of its own'),
    async () => {
      const { folder } = newPlace();
      const before = process.umask(0);
      onTestFinished(() => void process.umask(before));
      for (const umask of [0, 0o022, 0o077, 0o777]) {
        process.umask(umask);
        const path = join(folder, `${umask}`, 'deeper', 'credentials.json');
        await openFile(path, 'home').set(alice, secret);
        expect(statSync(path).mode & 0o777).toBe(0o600);
        expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
      }
    },
  );
});

describe('a folder that somebody else may write to', needsPosix, () => {
  /** What a write and a read of a file below `folder` say of it. */
  async function said(folder: string) {
    const notices: string[] = [];
    const path = join(folder, 'config', 'credentials.json');
    const store = openFile(path, 'home', { notice: (line) => notices.push(line) });
    await store.set(alice, secret);
    const byWrite = notices.splice(0);
    await store.get(alice);
    return { byWrite: byWrite.filter((line) => line.includes(folder)), byRead: notices };
  }
  const named = (folder: string, mode: string) => [
    `others may write to the folder ${folder} (permissions ${mode}), and so replace the encrypted file`,
  ];

  test('[EF22] and that is above the file’s own is named by each write', async () => {
    const { folder } = newPlace();
    chmodSync(folder, 0o777);
    expect(await said(folder)).toEqual({ byWrite: named(folder, '0777'), byRead: [] });
  });

  test('is not named where it is sticky, or closed to all but the user', async () => {
    const { folder } = newPlace();
    for (const mode of [0o1777, 0o755, 0o700]) {
      chmodSync(folder, mode);
      expect(await said(folder)).toEqual({ byWrite: [], byRead: [] });
    }
  });

  test('by its group is named, unless the group is the user’s own (only root can give it one)', needsRoot, async () => {
    const { folder } = newPlace();
    chmodSync(folder, 0o770);
    chownSync(folder, 0, 4711);
    expect(await said(folder)).toEqual({ byWrite: named(folder, '0770'), byRead: [] });
    chownSync(folder, 0, 0);
    expect(await said(folder)).toEqual({ byWrite: [], byRead: [] });
  });

  test(
    '[EF23] because it is theirs is refused, and nothing is put there (only root can make one)',
    needsRoot,
    async () => {
      const { path, folder } = newPlace();
      chownSync(folder, 65534, 65534);
      await refuses(path, 'file-refused', 'is in a folder of another user (uid 65534)');
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe('what a killed writer left', () => {
  test('is swept away by the next write; what only looks like it is not', async () => {
    const { path, folder } = await kept();
    const orphan = `${path}.tmp-0123456789abcdef`;
    const others = ['credentials.json.tmp-0123456789abcdeg', 'credentials.json.tmp-', 'other.tmp-0123456789abcdef'];
    for (const name of [orphan, ...others.map((name) => join(folder, name))]) writeFileSync(name, 'half');
    await openFile(path, 'home').set(bob, secret);
    expect(readdirSync(folder).sort()).toEqual(['credentials.json', ...others].sort());
  });
});
