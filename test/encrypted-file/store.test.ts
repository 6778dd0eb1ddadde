import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { listen } from '../files/watched-disk.ts';
import { needsPosix } from '../support/needs.ts';
import { alice, bob, keySources, newPlace, openFile, passphrase, typed } from './place.ts';

vi.mock('node:fs', async (original) => (await import('../files/watched-disk.ts')).watchedDisk(await original()));

const [secret, other] = [textSecret('s3cret-of-alice'), textSecret('s3cret-of-bob')];
const elsewhere = { service: 'elsewhere.example', account: 'alice' };

describe.each(keySources)('a store sealed by %s', (seal) => {
  test('lists what it keeps, sorted, of one service or of all', async () => {
    const { path } = newPlace();
    const store = openFile(path, seal);
    for (const name of [bob, elsewhere, alice]) await store.set(name, secret);
    expect([store.id, store.listing]).toEqual(['file', 'all']);
    expect(await store.list()).toEqual([elsewhere, alice, bob]);
    expect(await store.list('example.com')).toEqual([alice, bob]);
    expect(await store.list('nobody.example')).toEqual([]);
    expect(JSON.parse(readFileSync(path, 'utf8')).format).toBe('keystow-credentials');
  });

  test('deletes what is there, and says whether it was', async () => {
    const { path } = newPlace();
    const store = openFile(path, seal);
    for (const name of [alice, bob]) await store.set(name, secret);
    expect([await store.delete(alice), await store.delete(alice)]).toEqual([true, false]);
    expect(await store.get(alice)).toBeUndefined();
    expect(await openFile(path, seal).list()).toEqual([bob]);
  });

  test('keeps what is called off before it begins as it is, and asks for nothing', async () => {
    const { path } = newPlace();
    await openFile(path, seal).set(alice, secret);
    const whole = readFileSync(path);
    const passphrases = typed(passphrase);
    const store = openFile(path, seal, { passphrases });
    const off = { signal: AbortSignal.abort() };
    for (const work of [
      store.get(alice, off),
      store.set(bob, other, off),
      store.delete(alice, off),
      store.list('x', off),
    ])
      await failure(work, 'cancelled');
    await failure(store.reseal('home', off), 'cancelled');
    expect(passphrases.asked).toEqual([]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('deleting what is not there', () => {
  test('needs no lock, so it succeeds where nothing may be written', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, secret);
    const calls = listen();
    expect(await store.delete(bob)).toBe(false);
    expect(calls.map(([call]) => call)).toContain('openSync');
    expect(calls.filter(([call]) => ['mkdirSync', 'renameSync', 'chmodSync'].includes(call))).toEqual([]);
  });

  test('any more, since somebody removed the file meanwhile, makes none', async () => {
    const { path, folder } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const store = openFile(path, 'home', {
      derive(...input) {
        rmSync(path);
        return deriveKey(...input);
      },
    });
    expect(await store.delete(alice)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('any more, since somebody deleted it while the lock was waited for, changes nothing', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(bob, other);
    const without = readFileSync(path);
    await store.set(alice, secret);
    await createLock({ path, label: 'encrypted file' })(async () => {
      const calls = listen();
      const deleting = store.delete(alice);
      while (!calls.some(([call, on]) => call === 'mkdirSync' && on === `${path}.lock`))
        await new Promise(setImmediate);
      writeFileSync(path, without);
      return { deleting };
    }).then(async ({ deleting }) => expect(await deleting).toBe(false));
    expect(readFileSync(path).equals(without)).toBe(true);
  });
});

describe('a change', () => {
  test('says once what it says of every write', needsPosix, async () => {
    const { folder } = newPlace();
    chmodSync(folder, 0o777);
    const notices: string[] = [];
    const notice = (line: string) => void notices.push(line);
    const store = openFile(join(folder, 'config', 'credentials.json'), 'home', { notice });
    for (const name of [alice, bob]) await store.set(name, secret);
    expect(notices.filter((line) => line.includes(`${folder} `))).toHaveLength(1);
  });

  test('derives the key of the home directory once, however much is read and written', async () => {
    const { path } = newPlace();
    const derive = vi.fn(deriveKey);
    const store = openFile(path, 'home', { derive });
    await store.set(alice, secret);
    for (const name of [alice, bob]) await store.set(name, secret);
    await store.get(alice);
    expect(derive).toHaveBeenCalledTimes(1);
  });

  test('is not made where it is called off while it waits for the lock', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, secret);
    const calling = new AbortController();
    await createLock({ path, label: 'encrypted file' })(async () => {
      const setting = store.set(bob, other, { signal: calling.signal });
      calling.abort();
      await failure(setting, 'cancelled');
    });
    expect(await store.list()).toEqual([alice]);
  });

  test('is not made where it is called off right before the file is replaced', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const calling = new AbortController();
    const store = openFile(path, 'home', {
      random(bytes) {
        calling.abort();
        return new Uint8Array(bytes);
      },
    });
    await failure(store.set(bob, other, { signal: calling.signal }), 'cancelled');
    expect(await openFile(path, 'home').list()).toEqual([alice]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('of a file that changes each time in spite of the lock is given up', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const whole = readFileSync(path);
    let attempts = 0;
    const spoilt = openFile(path, 'home', {
      random(bytes) {
        attempts += 1;
        writeFileSync(path, whole);
        return new Uint8Array(bytes);
      },
    });
    const error = await failure(spoilt.set(alice, other), 'file-busy');
    expect(error.message).toBe(`the encrypted file ${path} is changed by something that does not lock it`);
    expect(error.hint).toBe('try again when no other program writes to it');
    expect(attempts).toBe(10);
  });
});
