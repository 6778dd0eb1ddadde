import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { credentialFiles } from '../../src/adapters/credential-files/credential-files.ts';
import { maxFileBytes, sweep } from '../../src/app/sweep/sweep.ts';
import { failCall, fakeCall } from '../files/watched-disk.ts';
import { needs, needsLinux, needsPosix, needsRoot } from '../support/needs.ts';

vi.mock('node:fs', async (original) => (await import('../files/watched-disk.ts')).watchedDisk(await original()));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-sweep-'));
  chmodSync(home, 0o755);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array, mode = 0o600): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  chmodSync(full, mode);
  return full;
}

async function run(environment: Record<string, string> = {}) {
  const machine = { environment, platform: process.platform, home, directory: home };
  const { files, skipped } = await sweep({ machine, files: credentialFiles, includes: () => true });
  return { files: files.filter(({ findings }) => findings.length > 0), skipped };
}

/** The reason for which the only file that exists was skipped. */
async function findReason(): Promise<string | undefined> {
  const { files, skipped } = await run();
  expect(files).toEqual([]);
  expect(skipped.length).toBeLessThanOrEqual(1);
  return skipped[0]?.reason;
}

const secret = 'Tk4x9qZ2w8vB7nM1kL5j';
const line = `https://alice:${secret}@h.example\n`;

test('an empty home has no findings and no complaints; neither does one with a file in place of a folder', async () => {
  expect(await run()).toEqual({ files: [], skipped: [] });
  write('.docker', 'a file');
  expect(await run()).toEqual({ files: [], skipped: [] });
});

test.each([
  ['UTF-16', Buffer.from(`\u{feff}${line}`, 'utf16le'), 'utf-16'],
  ['binary', Buffer.from(`${line}\0`), 'binary'],
  ['Latin-1', Buffer.from(`${line}# é\n`, 'latin1'), 'not-utf-8'],
  ['another format', Buffer.from('<html>\n'), 'invalid'],
  ['huge', Buffer.alloc(maxFileBytes + 1, 0x61), 'too-large'],
])('a file that is %s is reported and nothing is read from it', async (_, content, reason) => {
  write('.git-credentials', content);
  expect(await findReason()).toBe(reason);
});

test('a file with Windows line endings or a byte order mark is read, and marked as one to leave alone', async () => {
  write('.git-credentials', line.replace('\n', '\r\n'));
  write('.docker/config.json', `\u{feff}{"auths":{"r":{"auth":"${secret}"}}}`);
  const { files } = await run();
  expect(files.map(({ oddity, findings }) => [oddity, findings.length])).toEqual([
    ['carriage-returns', 1],
    ['byte-order-mark', 1],
  ]);
});

test('a file too many levels deep is invalid, not a crash', async () => {
  write('.docker/config.json', '['.repeat(100_000));
  expect(await findReason()).toBe('invalid');
  rmSync(join(home, '.docker'), { recursive: true });
  write('.kube/config', '['.repeat(100_000));
  expect(await findReason()).toBe('invalid');
});

test(
  'links: a dangling one, a loop and one to a device are reported; one to a file is read and left alone',
  needsPosix,
  async () => {
    const path = join(home, '.git-credentials');
    symlinkSync('nowhere', path);
    expect(await findReason()).toBe('dangling-link');
    rmSync(path);
    symlinkSync('.git-credentials', path);
    expect(await findReason()).toBe('link-loop');
    rmSync(path);
    symlinkSync('/dev/zero', path);
    expect(await findReason()).toBe('not-a-file');
    rmSync(path);
    symlinkSync(write('dotfiles/credentials', line), path);
    expect((await run()).files).toMatchObject([{ path, oddity: 'symbolic-link' }]);
    rmSync(path);
    linkSync(join(home, 'dotfiles/credentials'), path);
    expect((await run()).files).toMatchObject([{ path, oddity: 'hard-links' }]);
  },
);

test('a folder, a FIFO and a socket are reported without waiting for them', needsPosix, async () => {
  const path = join(home, '.git-credentials');
  mkdirSync(path);
  expect(await findReason()).toBe('not-a-file');
  rmSync(path, { recursive: true });
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  expect(await findReason()).toBe('not-a-file');
  rmSync(path);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await findReason()).toBe('not-a-file');
  await new Promise((resolve) => server.close(resolve));
});

test("another user's file is reported and not read", needsRoot, async () => {
  chownSync(write('.git-credentials', line), 12_345, 12_345);
  expect(await findReason()).toBe('other-owner');
});

const ordinary = needs(process.platform !== 'win32' && process.geteuid?.() !== 0, 'an ordinary user');

test('a file without permission to read it is reported', ordinary, async () => {
  write('.git-credentials', line, 0o000);
  expect(await findReason()).toBe('denied');
});

test.each([
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EIO', 'failed'],
])('a file that the system does not open is reported: %s', async (code, reason) => {
  const path = write('.git-credentials', line);
  failCall('openSync', (opened) => (opened === path ? code : undefined));
  expect(await findReason()).toBe(reason);
});

test('a FIFO or a folder that replaces a file at the last moment is reported, without a wait', needsPosix, async () => {
  const path = write('.git-credentials', line);
  const stats = statSync(path);
  fakeCall('statSync', (inspected) => (inspected === path ? stats : undefined));
  rmSync(path);
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  expect(await findReason()).toBe('not-a-file');
  rmSync(path);
  mkdirSync(path);
  expect(await findReason()).toBe('not-a-file');
});

test('a file that grows or has no size, such as one of /proc, is read up to the limit', needsLinux, async () => {
  const path = '/proc/self/status';
  expect(await credentialFiles.read(path, 16)).toEqual({ path, problem: 'too-large' });
  expect(await credentialFiles.read(path, maxFileBytes)).toMatchObject({ path, readableBy: 'everyone' });
});

test('every file is closed, also one that is too large', needsLinux, async () => {
  const path = write('.git-credentials', line);
  const countOpen = () => readdirSync('/proc/self/fd').length;
  const before = countOpen();
  for (let reads = 0; reads < 20; reads += 1) {
    await credentialFiles.read(path, maxFileBytes);
    await credentialFiles.read(path, 1);
  }
  expect(countOpen()).toBeLessThan(before + 20);
});

test('who else can read a file follows from its mode and those of the folders above it', needsPosix, async () => {
  const readers = async () => (await run()).files[0]?.snapshot.readableBy;
  const path = write('.aws/credentials', `[a]\naws_secret_access_key = ${secret}\n`, 0o644);
  chmodSync(dirname(path), 0o755);
  expect(await readers()).toBe('everyone');
  chmodSync(dirname(path), 0o700);
  expect(await readers()).toBe('nobody');
  chmodSync(path, 0o600);
  chmodSync(dirname(path), 0o755);
  expect(await readers()).toBe('nobody');
});

test('a file that its group can read is reported, unless nobody else is in the group', needsRoot, async () => {
  const readers = async () => (await run()).files[0]?.snapshot.readableBy;
  const path = write('.aws/credentials', `[a]\naws_secret_access_key = ${secret}\n`, 0o640);
  chmodSync(dirname(path), 0o750);
  chownSync(path, 0, 12_345);
  expect(await readers()).toBe('group');
  chmodSync(dirname(path), 0o755);
  expect(await readers()).toBe('group');
  chmodSync(dirname(path), 0o750);
  chmodSync(path, 0o604);
  expect(await readers()).toBe('nobody');
  chmodSync(path, 0o600);
  expect(await readers()).toBe('nobody');
  chmodSync(path, 0o640);
  chmodSync(dirname(path), 0o700);
  expect(await readers()).toBe('nobody');
});

test('a file of exactly the largest size is read, and keeps its last byte', async () => {
  write('.vault-token', `${secret}${'\n'.repeat(maxFileBytes - secret.length)}`);
  const [file] = (await run()).files;
  expect(file?.snapshot.bytes).toHaveLength(maxFileBytes);
});

test('a file that two variables or two links lead to is reported once', needsPosix, async () => {
  const path = write('.kube/config', `users:\n- name: a\n  user:\n    token: ${secret}\n`);
  symlinkSync(path, join(home, 'other'));
  const { files } = await run({ KUBECONFIG: `${path}:${join(home, 'other')}:${path}` });
  expect(files).toMatchObject([{ path }]);
});

test('the file of `credential.helper = store --file` is examined too', async () => {
  write(
    '.gitconfig',
    '[credential]\n\thelper = store --file ~/mine\n[credential "https://h"]\n\thelper = "store --file=\'~/other one\'"\n',
  );
  write('mine', line);
  write('other one', line);
  const { files } = await run();
  expect(files.map(({ path }) => path).sort()).toEqual([join(home, 'mine'), join(home, 'other one')]);
});
