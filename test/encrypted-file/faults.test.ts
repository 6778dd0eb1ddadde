import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectHidden, failure } from '../contract/errors.ts';
import { freshSecret, textSecret } from '../contract/secrets.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { alice, bob, newPlace, openFile } from './place.ts';
import { childProcesses, type Said } from './processes.ts';

const root = process.geteuid?.() === 0;
const mountable = canMount();
const old = textSecret('the old secret');

function canMount(): boolean {
  if (process.platform !== 'linux' || !root) return false;
  const folder = mkdtempSync(join(tmpdir(), 'keystow-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file system of its own that is `pages` pages large. */
function smallDisk(pages: number): { folder: string; path: string } {
  const { folder } = newPlace();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${pages * 4096},mode=700`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return { folder, path: join(folder, 'credentials.json') };
}

describe('a disk', needs(mountable, 'root on Linux, to mount a disk'), () => {
  test('[EF9] that is full: the write says so, and the old file stays byte for byte', async () => {
    const { path, folder } = smallDisk(8);
    const store = openFile(path, 'home');
    await store.set(alice, old);
    const before = readFileSync(path);
    const large = freshSecret(40_000);
    const error = await failure(store.set(alice, large), 'file-io');
    expect(error.message).toBe(`the encrypted file ${path} cannot be written: no space left on device`);
    expect(error.hint).toContain('free some space');
    expectHidden(error, large);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
    await store.set(bob, textSecret('small'));
    expect((await store.get(alice))?.equals(old)).toBe(true);
  });

  test('that is full before anything is written: nothing is left', async () => {
    const { path, folder } = smallDisk(2);
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(8192));
    await failure(openFile(path, 'home').set(alice, old), 'file-io');
    expect(readdirSync(folder)).toEqual(['ballast']);
  });

  test('that is read-only: what is kept can be read, and deleting nothing succeeds', async () => {
    const { path, folder } = smallDisk(8);
    const store = openFile(path, 'home');
    await store.set(alice, old);
    chmodSync(path, 0o644);
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const notices: string[] = [];
    const reader = openFile(path, 'home', { notice: (line) => notices.push(line) });
    expect((await reader.get(alice))?.equals(old)).toBe(true);
    expect(notices).toEqual([expect.stringContaining('they cannot be changed: read-only file system')]);
    expect(await reader.delete(bob)).toBe(false);
    const error = await failure(reader.delete(alice), 'file-io');
    expect(error.message).toContain('read-only file system');
    expect(error.hint).toContain('mounted read-only');
  });
});

describe('an ordinary user', needsRoot, () => {
  const { run } = childProcesses();
  const nobody = 65534;

  /** A folder of nobody's, holding a file of nobody's. */
  async function theirs() {
    const place = newPlace();
    await openFile(place.path, 'home').set(alice, old);
    for (const path of [place.path, place.folder]) chownSync(path, nobody, nobody);
    return { ...place, whole: readFileSync(place.path) };
  }

  function expectDenied(said: Said, path: string): void {
    expect(said.code).toBe('file-io');
    expect(said.message).toContain(path);
    expect(said.message).toContain('permission denied');
    expect(said.hint).toContain('who owns the file');
  }

  test('[EF10] who may not read the file is told so, and it is never "no credentials"', async () => {
    const { path, whole } = await theirs();
    chmodSync(path, 0o000);
    expectDenied(await run('get as nobody', path, 'alice'), path);
    expectDenied(await run('set as nobody', path, 'alice'), path);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('who may not enter the folder is told so', async () => {
    const { path, folder } = await theirs();
    chmodSync(folder, 0o000);
    expectDenied(await run('get as nobody', path, 'alice'), path);
  });

  test('[EF11] who may not write to the folder is told so, and the file stays', async () => {
    const { path, folder, whole } = await theirs();
    chmodSync(folder, 0o500);
    expectDenied(await run('set as nobody', path, 'alice'), path);
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('who may not create the folder is told so', async () => {
    const { folder } = newPlace();
    mkdirSync(join(folder, 'closed'), { mode: 0o755 });
    chmodSync(folder, 0o755);
    const path = join(folder, 'closed', 'deeper', 'credentials.json');
    expectDenied(await run('set as nobody', path, 'alice'), path);
  });

  test('who is sent to a folder of a third user is refused, though it is open to all', async () => {
    const { path, folder } = newPlace();
    chownSync(folder, 4711, 4711);
    chmodSync(folder, 0o777);
    for (const verb of ['get as nobody', 'set as nobody']) {
      const said = await run(verb, path, 'alice');
      expect(said).toMatchObject({ code: 'file-refused', hint: expect.stringContaining('choose another folder') });
      expect(said.message).toBe(`the encrypted file ${path} is in a folder of another user (uid 4711)`);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('who has a umask that takes everything away can keep and read a secret all the same', async () => {
    const { folder } = newPlace();
    chownSync(folder, nobody, nobody);
    const path = join(folder, 'made', 'anew', 'credentials.json');
    const umask = ['sh', '-c', 'umask 0777; exec "$@"', 'sh'];
    expect(await run('set as nobody', path, 'alice', {}, umask)).toEqual({ value: null });
    expect([path, dirname(path)].map((made) => statSync(made).mode & 0o777)).toEqual([0o600, 0o700]);
  });

  test('who finds root’s file in the folder is refused', async () => {
    const { path } = await theirs();
    chownSync(path, 0, 0);
    chmodSync(path, 0o644);
    expect(await run('get as nobody', path, 'alice')).toMatchObject({ code: 'file-refused' });
  });
});
