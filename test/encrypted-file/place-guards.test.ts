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
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findKeySource } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { needs, needsPosix, needsRoot } from '../support/needs.ts';
import { alice, bob, existingFile, newPlace, openFile } from './place.ts';

const secret = textSecret('s3cret-of-alice');
const posix = process.platform !== 'win32';

async function newFile() {
  const place = newPlace();
  await openFile(place.path, 'home').set(alice, secret);
  return { ...place, whole: readFileSync(place.path) };
}

/** Every operation fails, with a message that names the path or the folder of the file. */
async function expectRefused(path: string, notice: (line: string) => void = () => undefined): Promise<void> {
  const store = openFile(path, 'home', { notice });
  const operations = [
    () => store.get(alice),
    () => store.set(bob, secret),
    () => store.delete(alice),
    () => store.list(),
  ];
  for (const operation of operations) {
    expect((await failure(operation(), 'file-refused')).message).toContain(dirname(path));
  }
}

describe('only a regular file of the user is accepted, and this is refused:', () => {
  test('[EF16] a symbolic link, and its target stays as it is', needsPosix, async () => {
    const { path, whole, folder } = await newFile();
    const target = join(folder, 'target.json');
    renameSync(path, target);
    symlinkSync(target, path);
    await expectRefused(path);
    expect(readFileSync(target).equals(whole)).toBe(true);
  });

  test('a symbolic link to nothing, and nothing is created', needsPosix, async () => {
    const { path, folder } = newPlace();
    symlinkSync(join(folder, 'nothing'), path);
    await expectRefused(path);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('[EF17] a second hard link', async () => {
    const { path, folder, whole } = await newFile();
    linkSync(path, join(folder, 'other.json'));
    await expectRefused(path);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('a folder', async () => {
    const { path } = newPlace();
    mkdirSync(path);
    await expectRefused(path);
  });

  test('a FIFO, without waiting for a writer', needsPosix, async () => {
    const { path } = newPlace();
    execFileSync('mkfifo', [path]);
    await expectRefused(path);
  });

  test('a socket', needsPosix, async () => {
    const { path } = newPlace();
    const server = createServer();
    await new Promise<void>((done) => server.listen(path, done));
    onTestFinished(() => void server.close());
    await expectRefused(path);
  });

  test('[EF18] another user’s file (only root can create one)', needsRoot, async () => {
    const { path, whole } = await newFile();
    chownSync(path, 65534, 65534);
    await expectRefused(path);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('a path through a file, with the system’s error', needsPosix, async () => {
    const { path } = await newFile();
    const store = openFile(join(path, 'credentials.json'), 'home');
    await failure(store.get(alice), 'file-io');
    await failure(store.set(alice, secret), 'file-io');
  });

  test('a path with a newline, with an error of one line', async () => {
    if (!posix) return;
    const { folder } = newPlace();
    const path = join(folder, 'two\nlines');
    mkdirSync(path);
    const error = await failure(openFile(path, 'home').get(alice), 'file-refused');
    expect(error.message).toContain('two\\nlines');
  });
});

describe('loose permissions', needsPosix, () => {
  test.each(['644', '640', '604', '711'])(
    '[EF19] of the file, 0%s, are restricted by a read, with one notice',
    async (octal) => {
      const { path } = await newFile();
      chmodSync(path, Number.parseInt(octal, 8));
      const notices: string[] = [];
      const store = openFile(path, 'home', { notice: (line) => notices.push(line) });
      expect((await store.get(alice))?.equals(secret)).toBe(true);
      await store.get(alice);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(notices).toHaveLength(1);
    },
  );

  test('[EF20] of its folder are restricted, with a notice', async () => {
    const { path, folder } = await newFile();
    chmodSync(folder, 0o755);
    const notices: string[] = [];
    await openFile(path, 'home', { notice: (line) => notices.push(line) }).get(alice);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(notices).toHaveLength(1);
  });

  test('of an existing folder are restricted by the first write', async () => {
    const { path, folder } = newPlace();
    chmodSync(folder, 0o755);
    await openFile(path, 'home').set(alice, secret);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  // A worker cannot set the umask.
  test(
    '[EF21] never occur in new files: they have mode 0600, in folders with mode 0700, whatever the umask',
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

describe('what other users could have written is refused, and nothing is changed:', needsPosix, () => {
  test.each(['666', '606', '602', '777'])('[EF37] a file with permissions 0%s', async (octal) => {
    const { path, whole } = await newFile();
    chmodSync(path, Number.parseInt(octal, 8));
    const notices: string[] = [];
    await expectRefused(path, (line) => notices.push(line));
    expect(statSync(path).mode & 0o777).toBe(Number.parseInt(octal, 8));
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(notices).toEqual([]);
  });

  test.each(['777', '757', '722'])('[EF22] a file in a folder with permissions 0%s', async (octal) => {
    const { path, folder } = await newFile();
    chmodSync(folder, Number.parseInt(octal, 8));
    await expectRefused(path);
    expect(statSync(folder).mode & 0o777).toBe(Number.parseInt(octal, 8));
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('a file in a folder that is in such a folder; before it exists, a write creates nothing', async () => {
    const { folder } = newPlace();
    const path = join(folder, 'config', 'credentials.json');
    chmodSync(folder, 0o777);
    await failure(openFile(path, 'home').set(alice, secret), 'file-refused');
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(join(folder, 'config'), { mode: 0o700 });
    await failure(openFile(path, 'home').get(alice), 'file-refused');
  });

  test('for a write, whatever folder above it is writable', async () => {
    const { folder } = newPlace();
    const path = join(folder, 'a', 'b', 'c', 'credentials.json');
    await openFile(path, 'home').set(alice, secret);
    chmodSync(folder, 0o777);
    await failure(openFile(path, 'home').set(bob, secret), 'file-refused');
    await failure(openFile(path, 'home').delete(alice), 'file-refused');
    await failure(findKeySource(existingFile(path)), 'file-refused');
  });

  test('nothing, if the folder is shared (sticky)', async () => {
    const { folder } = newPlace();
    const notices: string[] = [];
    chmodSync(folder, 0o1777);
    const store = openFile(join(folder, 'config', 'credentials.json'), 'home', {
      notice: (line) => notices.push(line),
    });
    await store.set(alice, secret);
    expect((await store.get(alice))?.equals(secret)).toBe(true);
    expect(notices).toEqual([]);
  });

  test(
    'what members of its group can write to, unless the group is the user’s own, as with the umask 0002 (only root can set it)',
    needsRoot,
    async () => {
      const { path, folder } = await newFile();
      for (const [target, mode] of [[path, 0o660] as const, [folder, 0o770] as const]) {
        chmodSync(target, mode);
        chownSync(target, 0, 4711);
        await expectRefused(path);
        chownSync(target, 0, 0);
        expect((await openFile(path, 'home').get(alice))?.equals(secret)).toBe(true);
        expect(statSync(target).mode & 0o077).toBe(0);
      }
    },
  );

  test(
    '[EF23] because they own it is refused, and keystow writes nothing there (only root can create one)',
    needsRoot,
    async () => {
      const { path, folder } = newPlace();
      chownSync(folder, 65534, 65534);
      await expectRefused(path);
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe('a temporary file of a killed writer', () => {
  test('is removed by the next write; files with similar names stay', async () => {
    const { path, folder } = await newFile();
    const orphan = `${path}.tmp-0123456789abcdef`;
    const others = ['credentials.json.tmp-0123456789abcdeg', 'credentials.json.tmp-', 'other.tmp-0123456789abcdef'];
    for (const name of [orphan, ...others.map((name) => join(folder, name))]) writeFileSync(name, 'half');
    await openFile(path, 'home').set(bob, secret);
    expect(readdirSync(folder).sort()).toEqual(['credentials.json', ...others].sort());
  });
});
