import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { recordCalls } from '../files/watched-disk.ts';
import { needsPosix } from '../support/needs.ts';
import { alice, bob, keySources, newPlace, openFile, passphrase, typed } from './place.ts';

vi.mock('node:fs', async (original) => (await import('../files/watched-disk.ts')).watchedDisk(await original()));

const [secret, other] = [textSecret('s3cret-of-alice'), textSecret('s3cret-of-bob')];
const elsewhere = { service: 'elsewhere.example', account: 'alice' };

describe.each(keySources)('a store with the key source %s', (keySource) => {
  test('lists its credentials, sorted, of one service or all', async () => {
    const { path } = newPlace();
    const store = openFile(path, keySource);
    for (const name of [bob, elsewhere, alice]) await store.set(name, secret);
    expect([store.id, store.listing]).toEqual(['file', 'all']);
    expect(await store.list()).toEqual([elsewhere, alice, bob]);
    expect(await store.list('example.com')).toEqual([alice, bob]);
    expect(await store.list('nobody.example')).toEqual([]);
    expect(JSON.parse(readFileSync(path, 'utf8')).format).toBe('keystow-credentials');
  });

  test.each(['get', 'list'] as const)('%s lets the other work of the process proceed', async (operation) => {
    const { path } = newPlace();
    const store = openFile(path, keySource);
    await store.set(alice, secret);
    const events: string[] = [];
    setImmediate(() => events.push('other work'));
    await (operation === 'get' ? store.get(alice) : store.list());
    events.push('read');
    expect(events).toEqual(['other work', 'read']);
  });

  test('deletes a credential, and returns whether it existed', async () => {
    const { path } = newPlace();
    const store = openFile(path, keySource);
    for (const name of [alice, bob]) await store.set(name, secret);
    expect([await store.delete(alice), await store.delete(alice)]).toEqual([true, false]);
    expect(await store.get(alice)).toBeUndefined();
    expect(await openFile(path, keySource).list()).toEqual([bob]);
  });

  test('does nothing if the signal is already aborted, and asks for nothing', async () => {
    const { path } = newPlace();
    await openFile(path, keySource).set(alice, secret);
    const whole = readFileSync(path);
    const passphrases = typed(passphrase);
    const store = openFile(path, keySource, { passphrases });
    const aborted = { signal: AbortSignal.abort() };
    for (const work of [
      store.get(alice, aborted),
      store.set(bob, other, aborted),
      store.delete(alice, aborted),
      store.list('x', aborted),
    ])
      await failure(work, 'cancelled');
    await failure(store.reseal('home', aborted), 'cancelled');
    expect(passphrases.asked).toEqual([]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('deleting an absent credential', () => {
  test('takes no lock, so it works on a read-only file system', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, secret);
    const calls = recordCalls();
    expect(await store.delete(bob)).toBe(false);
    expect(calls.map(([call]) => call)).toContain('openSync');
    expect(calls.filter(([call]) => ['mkdirSync', 'renameSync', 'chmodSync'].includes(call))).toEqual([]);
  });

  test('creates no file if another process removed it meanwhile', async () => {
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

  test('changes nothing if another process deleted it while the lock was waited for', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(bob, other);
    await store.set(alice, secret);
    const elsewhere = newPlace();
    writeFileSync(elsewhere.path, readFileSync(path), { mode: 0o600 });
    await openFile(elsewhere.path, 'home').delete(alice);
    const without = readFileSync(elsewhere.path);
    await createLock({ path, label: 'encrypted file' })(async () => {
      const calls = recordCalls();
      const deleting = store.delete(alice);
      while (!calls.some(([call, on]) => call === 'readdirSync' && on === `${path}.lock`))
        await new Promise(setImmediate);
      writeFileSync(path, without);
      return { deleting };
    }).then(async ({ deleting }) => expect(await deleting).toBe(false));
    expect(readFileSync(path).equals(without)).toBe(true);
  });
});

describe('a write', () => {
  test('sends a notice only once, however many writes there are', needsPosix, async () => {
    const { folder, path } = newPlace();
    const notices: string[] = [];
    const store = openFile(path, 'home', { notice: (line) => void notices.push(line) });
    for (const name of [alice, bob]) {
      chmodSync(folder, 0o755);
      await store.set(name, secret);
    }
    expect(notices.filter((line) => line.includes(`${folder} `))).toHaveLength(1);
  });

  test('derives the key of the home directory only once', async () => {
    const { path } = newPlace();
    const derive = vi.fn(deriveKey);
    const store = openFile(path, 'home', { derive });
    await store.set(alice, secret);
    for (const name of [alice, bob]) await store.set(name, secret);
    await store.get(alice);
    expect(derive).toHaveBeenCalledTimes(1);
  });

  test('does nothing if the signal is aborted while it waits for the lock', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, secret);
    const controller = new AbortController();
    await createLock({ path, label: 'encrypted file' })(async () => {
      const setting = store.set(bob, other, { signal: controller.signal });
      controller.abort();
      await failure(setting, 'cancelled');
    });
    expect(await store.list()).toEqual([alice]);
  });

  test('does nothing if the signal is aborted right before the file is replaced', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const controller = new AbortController();
    const store = openFile(path, 'home', {
      random(bytes) {
        controller.abort();
        return new Uint8Array(bytes);
      },
    });
    await failure(store.set(bob, other, { signal: controller.signal }), 'cancelled');
    expect(await openFile(path, 'home').list()).toEqual([alice]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('fails after ten attempts if the file changes each time in spite of the lock', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const whole = readFileSync(path);
    let attempts = 0;
    const contended = openFile(path, 'home', {
      random(bytes) {
        attempts += 1;
        writeFileSync(path, whole);
        return new Uint8Array(bytes);
      },
    });
    await failure(contended.set(alice, other), 'file-busy');
    expect(attempts).toBe(10);
  });
});
