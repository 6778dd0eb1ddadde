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
import { type ChildResult, childProcesses } from './processes.ts';

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

/** A separate file system with so many pages. */
function smallDisk(pages: number): { folder: string; path: string } {
  const { folder } = newPlace();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${pages * 4096},mode=700`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return { folder, path: join(folder, 'credentials.json') };
}

describe('on a disk', needs(mountable, 'root on Linux, to mount a disk'), () => {
  test('[EF9] that is full, a write fails, and the old file stays byte for byte', async () => {
    const { path, folder } = smallDisk(8);
    const store = openFile(path, 'home');
    await store.set(alice, old);
    const before = readFileSync(path);
    const large = freshSecret(40_000);
    const error = await failure(store.set(alice, large), 'file-io');
    expect(error.cause).toMatchObject({ code: 'ENOSPC' });
    expectHidden(error, large);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
    await store.set(bob, textSecret('small'));
    expect((await store.get(alice))?.equals(old)).toBe(true);
  });

  test('that is full before the first write, nothing is left behind', async () => {
    const { path, folder } = smallDisk(2);
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(8192));
    await failure(openFile(path, 'home').set(alice, old), 'file-io');
    expect(readdirSync(folder)).toEqual(['ballast']);
  });

  test('that is read-only, reading works, and so does deleting an absent credential', async () => {
    const { path, folder } = smallDisk(8);
    const store = openFile(path, 'home');
    await store.set(alice, old);
    chmodSync(path, 0o644);
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const notices: string[] = [];
    const reader = openFile(path, 'home', { notice: (line) => notices.push(line) });
    expect((await reader.get(alice))?.equals(old)).toBe(true);
    expect(notices).toHaveLength(1);
    expect(await reader.delete(bob)).toBe(false);
    await failure(reader.delete(alice), 'file-io');
  });
});

describe('for an ordinary user', needsRoot, () => {
  const { run } = childProcesses();
  const nobody = 65534;

  /** A folder and a file that belong to `nobody`. */
  async function fileOfNobody() {
    const place = newPlace();
    await openFile(place.path, 'home').set(alice, old);
    for (const path of [place.path, place.folder]) chownSync(path, nobody, nobody);
    return { ...place, whole: readFileSync(place.path) };
  }

  function expectDenied({ code, message }: ChildResult, path: string): void {
    expect(code).toBe('file-io');
    expect(message).toContain(path);
  }

  test('[EF10] a file that cannot be read is an error, never an absent credential', async () => {
    const { path, whole } = await fileOfNobody();
    chmodSync(path, 0o000);
    expectDenied(await run('get as nobody', path, 'alice'), path);
    expectDenied(await run('set as nobody', path, 'alice'), path);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('a folder that cannot be entered is an error', async () => {
    const { path, folder } = await fileOfNobody();
    chmodSync(folder, 0o000);
    expectDenied(await run('get as nobody', path, 'alice'), path);
  });

  test('[EF11] a folder that cannot be written to is an error, and the file stays', async () => {
    const { path, folder, whole } = await fileOfNobody();
    chmodSync(folder, 0o500);
    expectDenied(await run('set as nobody', path, 'alice'), path);
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test('a folder that cannot be created is an error', async () => {
    const { folder } = newPlace();
    mkdirSync(join(folder, 'closed'), { mode: 0o755 });
    chmodSync(folder, 0o755);
    const path = join(folder, 'closed', 'deeper', 'credentials.json');
    expectDenied(await run('set as nobody', path, 'alice'), path);
  });

  test('a folder of a third user is refused, even if everybody can write to it', async () => {
    const { path, folder } = newPlace();
    chownSync(folder, 4711, 4711);
    chmodSync(folder, 0o777);
    for (const verb of ['get as nobody', 'set as nobody']) {
      expect(await run(verb, path, 'alice')).toMatchObject({ code: 'file-refused' });
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a umask that removes all permissions does no harm', async () => {
    const { folder } = newPlace();
    chownSync(folder, nobody, nobody);
    const path = join(folder, 'outer', 'inner', 'credentials.json');
    const umask = ['sh', '-c', 'umask 0777; exec "$@"', 'sh'];
    expect(await run('set as nobody', path, 'alice', {}, umask)).toEqual({ value: null });
    expect([path, dirname(path)].map((created) => statSync(created).mode & 0o777)).toEqual([0o600, 0o700]);
  });

  test('root’s file in the user’s folder is refused', async () => {
    const { path } = await fileOfNobody();
    chownSync(path, 0, 0);
    chmodSync(path, 0o644);
    expect(await run('get as nobody', path, 'alice')).toMatchObject({ code: 'file-refused' });
  });
});
