import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { createFileMemory } from '../support/file-memory.ts';
import { alice, bob, newPlace, openFile } from './place.ts';
import { openBySpecification } from './second-implementation.ts';

const secret = textSecret('s3cret');

/** Real folders: a home directory, and a link to it. The encrypted file is elsewhere. */
function newHomes() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keystow-homes-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [home, link] = [join(folder, 'alice'), join(folder, 'link')];
  mkdirSync(home);
  symlinkSync(home, link, 'junction');
  return { home, link, path: newPlace().path };
}

const open = (path: string, home: string, options: Parameters<typeof openFile>[2] = {}) =>
  openFile(path, 'home', { home, ...options });

const listSlots = (path: string): readonly { kind: string }[] => JSON.parse(readFileSync(path, 'utf8')).slots;

/** A file as version 0.1 sealed it: the example of docs/envelope.md, for the home directory `/home/alice`. */
const version1 = /sealed by the home[\s\S]*?\nin version 1\n\n```json\n([^`]+\n)```/i.exec(
  readFileSync(join(import.meta.dirname, '../../docs/envelope.md'), 'utf8'),
)?.[1];

describe('[EF80] the file opens however the path of the home directory is spelled', () => {
  test('if it was sealed behind a link, and the link or the folder is used', async () => {
    const { home, link, path } = newHomes();
    await open(path, link).set(alice, secret);
    expect((await open(path, link).get(alice))?.equals(secret)).toBe(true);
    expect((await open(path, home).get(alice))?.equals(secret)).toBe(true);
  });

  test('if it was sealed without the link', async () => {
    const { home, link, path } = newHomes();
    await open(path, home).set(alice, secret);
    expect(listSlots(path)).toHaveLength(1);
    expect((await open(path, link).get(alice))?.equals(secret)).toBe(true);
  });

  test('and the next write makes the first attempt succeed, once for each path', async () => {
    const { home, link, path } = newHomes();
    await open(path, home).set(alice, secret);
    for (const each of [link, home, link, link]) await open(path, each).set(bob, secret);
    expect(listSlots(path)).toHaveLength(2);
    for (const each of [link, home])
      expect(
        await openBySpecification(readFileSync(path, 'utf8'), { home: each, passphrase: '' }).catch(() => ''),
      ).toMatch(each === link ? /bob/ : /^$/);
    expect(await open(path, home).list()).toHaveLength(2);
  });

  test('if the folder was moved, and a link has its old path', async () => {
    const { home, path } = newHomes();
    await open(path, home).set(alice, secret);
    renameSync(home, `${home}-moved`);
    symlinkSync(`${home}-moved`, home, 'junction');
    await open(path, home).set(bob, secret);
    expect(await open(path, `${home}-moved`).list()).toHaveLength(2);
    expect(await open(path, home).list()).toHaveLength(2);
  });

  test.each(['/home/alice/', '/home/alice'])(
    'if version 0.1 sealed it with another spelling than %s',
    async (variable) => {
      const { path } = newPlace();
      const raw = variable === '/home/alice' ? '/home/alice/' : variable;
      await open(path, raw).set(alice, secret);
      const otherHomes = () => [variable];
      expect((await open(path, '/home/alice', { otherHomes }).get(alice))?.equals(secret)).toBe(true);
    },
  );

  test('if the variable is not the path of the account, which sealed it', async () => {
    const { path } = newPlace();
    await open(path, '/net/server/alice').set(alice, secret);
    const otherHomes = () => ['/other', '/net/server/alice'];
    expect((await open(path, '/other', { otherHomes }).get(alice))?.equals(secret)).toBe(true);
  });

  test('[EF81] and the next write seals it for its current path', async () => {
    const { path } = newPlace();
    writeFileSync(path, version1 ?? '', { mode: 0o600 });
    const otherHomes = () => ['/home/alice'];
    await open(path, '/new/alice', { otherHomes }).set(bob, secret);
    expect(await open(path, '/new/alice').list()).toHaveLength(2);
    expect(await openBySpecification(readFileSync(path, 'utf8'), { home: '/new/alice', passphrase: '' })).toContain(
      'bob',
    );
  });
});

describe('[EF82] a file of another home directory', () => {
  test('is rejected, and does not change', async () => {
    const { path } = newPlace();
    await open(path, '/home/alice').set(alice, secret);
    const before = readFileSync(path);
    const store = open(path, '/home/bob');
    await failure(store.get(alice), 'file-damaged');
    await failure(store.set(alice, secret), 'file-damaged');
    await failure(store.delete(alice), 'file-damaged');
    await failure(store.list(), 'file-damaged');
    await failure(store.adoptHome('/home/carol'), 'file-damaged');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each(['/home/alice', '/home/alice/', '/home//alice', '/home/./alice'])('is adopted from %s', async (oldHome) => {
    const { path } = newPlace();
    await open(path, '/home/alice').set(alice, secret);
    const memory = createFileMemory();
    expect(await open(path, '/home/bob', { memory }).adoptHome(oldHome)).toBe('home');
    expect((await open(path, '/home/bob').get(alice))?.equals(secret)).toBe(true);
    expect(memory.record?.written?.counter).toBe(2);
  });

  test('still opens in the old one, for machines that share it, but not in more than four', async () => {
    const { path } = newPlace();
    await open(path, '/home/0').set(alice, secret);
    for (const number of [1, 2, 3, 4]) await open(path, `/home/${number}`).adoptHome(`/home/${number - 1}`);
    for (const number of [1, 2, 3, 4]) expect(await open(path, `/home/${number}`).list()).toHaveLength(1);
    expect(listSlots(path)).toHaveLength(4);
    await failure(open(path, '/home/0').list(), 'file-damaged');
  });

  test('is adopted although another file was written last, which is then forgotten', async () => {
    const [{ path }, other] = [newPlace(), newPlace()];
    await open(path, '/home/alice').set(alice, secret);
    const memory = createFileMemory();
    await open(other.path, '/home/bob', { memory }).set(bob, secret);
    const store = open(path, '/home/bob', { memory });
    await failure(store.get(alice), 'file-replaced');
    await store.adoptHome('/home/alice');
    expect(await store.list()).toEqual([alice]);
  });

  test('that is missing is not created', async () => {
    expect(await open(newPlace().path, '/home/bob').adoptHome('/home/alice')).toBeUndefined();
  });
});

test('[EF83] a file that a passphrase opens needs no home directory, and one that the home directory seals requires it', async () => {
  const { path } = newPlace();
  await openFile(path, 'passphrase', { home: '' }).set(alice, secret);
  expect((await openFile(path, 'passphrase', { home: '' }).get(alice))?.equals(secret)).toBe(true);
  await failure(open(newPlace().path, '').set(alice, secret), 'invalid-setting');
  const sealed = newPlace().path;
  await open(sealed, '/home/alice').set(alice, secret);
  await failure(open(sealed, '').get(alice), 'invalid-setting');
});
