import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { findKeySource } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, home, newPlace, openFile, passphrase, typed } from './place.ts';

const secret = textSecret('s3cret-of-alice');
const header = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('sealed by home', () => {
  test('[EF30] another home directory does not open it, and is told so', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const error = await failure(openFile(path, 'home', { home: '/home/mallory' }).get(alice), 'file-damaged');
    expect(error.message).toContain('sealed under another home directory');
    expect(error.message).toContain(path);
  });

  test('nobody is asked for a passphrase', async () => {
    const { path } = newPlace();
    const passphrases = typed();
    await openFile(path, 'home', { passphrases }).set(alice, secret);
    await openFile(path, 'home', { passphrases }).get(alice);
    expect(passphrases.asked).toEqual([]);
  });
});

describe('sealed by a passphrase', () => {
  test('[EF31] at the real cost: argon2id, 64 MiB, three passes, four lanes', async () => {
    const { path } = newPlace();
    const real = { cost: recommendedCost };
    await openFile(path, 'passphrase', real).set(alice, secret);
    expect(header(path).kdf).toMatchObject({ name: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 });
    expect((await openFile(path, 'passphrase', real).get(alice))?.equals(secret)).toBe(true);
  });

  test('[EF32] a new file asks for a new passphrase, once; an old one for its own, once a process', async () => {
    const { path } = newPlace();
    const derive = vi.fn(deriveKey);
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases, derive });
    await Promise.all([store.set(alice, secret), store.set(bob, secret)]);
    await store.get(alice);
    expect(passphrases.asked).toEqual(['create']);
    expect(derive).toHaveBeenCalledTimes(1);
    const again = openFile(path, 'passphrase', { passphrases, derive });
    await Promise.all([again.get(alice), again.list(), again.set(bob, secret), again.delete(alice)]);
    expect(passphrases.asked).toEqual(['create', 'open 1']);
    expect(derive).toHaveBeenCalledTimes(2);
  });

  test('a new file asks once also where its key is derived at once', async () => {
    const { path } = newPlace();
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases, derive: async () => new Uint8Array(32) });
    await Promise.all([store.set(alice, secret), store.set(bob, secret)]);
    expect(passphrases.asked).toEqual(['create']);
  });

  test('a wrong passphrase may be corrected twice', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const passphrases = typed('wrong', 'wrong again', passphrase);
    expect((await openFile(path, 'passphrase', { passphrases }).get(alice))?.equals(secret)).toBe(true);
    expect(passphrases.asked).toEqual(['open 1', 'open 2', 'open 3']);
  });

  test('[EF33] three wrong ones are a wrong passphrase, which names the file and shows none of them', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const passphrases = typed('not the passphrase');
    const error = await failure(openFile(path, 'passphrase', { passphrases }).set(alice, secret), 'wrong-passphrase');
    expect(passphrases.asked).toHaveLength(3);
    expect(error.message).toContain(path);
    expect(error.hint).toContain('the file is damaged');
    expectHidden(error, textSecret('not the passphrase'));
    expectHidden(error, secret);
  });

  test('no further attempt is made when the source has none; the empty one is never tried', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const derive = vi.fn(deriveKey);
    const once = { ...typed(), open: async (attempt: number) => (attempt === 1 ? textSecret('') : undefined) };
    await failure(openFile(path, 'passphrase', { passphrases: once, derive }).get(alice), 'wrong-passphrase');
    expect(derive).not.toHaveBeenCalled();
    await failure(openFile(path, 'passphrase', { passphrases: typed() }).get(alice), 'passphrase-required');
  });

  test('nobody to ask is passed on, and the next operation asks anew', async () => {
    const { path } = newPlace();
    const nobody = async () => {
      throw new CredentialError('passphrase-required', 'nobody to ask');
    };
    const passphrases = { ...typed(), create: vi.fn(nobody) };
    const store = openFile(path, 'passphrase', { passphrases });
    await failure(store.set(alice, secret), 'passphrase-required');
    await failure(store.set(alice, secret), 'passphrase-required');
    expect(passphrases.create).toHaveBeenCalledTimes(2);
    expect(await store.get(alice)).toBeUndefined();
  });

  test('a failure of the derivation is told without the passphrase', async () => {
    const { path } = newPlace();
    const derive = async () => {
      throw new Error('out of memory');
    };
    const error = await failure(openFile(path, 'passphrase', { derive }).set(alice, secret), 'failed');
    expect(error.message).toContain('out of memory');
    expectHidden(error, textSecret(passphrase));
  });
});

describe('an absent file', () => {
  test('asks for no passphrase and is not created by get, delete and list', async () => {
    const { path, folder } = newPlace();
    const passphrases = typed();
    const store = openFile(`${path}/deeper/file.json`, 'passphrase', { passphrases });
    expect([await store.get(alice), await store.delete(alice), await store.list()]).toEqual([undefined, false, []]);
    expect(passphrases.asked).toEqual([]);
    expect(() => readFileSync(folder)).toThrow('EISDIR');
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});

describe('what the header says', () => {
  test('decides how a file is opened and written, whatever the option says', async () => {
    for (const [made, asked] of [
      ['home', 'passphrase'],
      ['passphrase', 'home'],
    ] as const) {
      const { path } = newPlace();
      const ears = { path, home, notice: () => undefined };
      expect(await findKeySource(ears)).toBeUndefined();
      await openFile(path, made).set(alice, secret);
      const { kdf } = header(path);
      const other = openFile(path, asked);
      await other.set(bob, secret);
      expect((await other.get(alice))?.equals(secret)).toBe(true);
      expect(header(path).kdf).toEqual(kdf);
      expect(await findKeySource(ears)).toBe(made);
    }
  });

  test('changes with a file that was made anew', async () => {
    const { path } = newPlace();
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases });
    await store.set(alice, secret);
    const { kdf } = header(path);
    rmSync(path);
    await store.set(bob, secret);
    expect(header(path).kdf.salt).not.toBe(kdf.salt);
    expect(await store.list()).toEqual([bob]);
    expect(passphrases.asked).toEqual(['create', 'create']);
  });
});

describe('a file that was opened', () => {
  test('and altered since is damaged, not a wrong passphrase', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'passphrase');
    await store.set(alice, secret);
    const { ciphertext } = header(path);
    const text = readFileSync(path, 'utf8').replace(ciphertext, `${'A'.repeat(8)}${ciphertext.slice(8)}`);
    writeFileSync(path, text);
    const error = await failure(store.get(alice), 'file-damaged');
    expect(error.message).toContain('it was altered');
  });

  test('and closed asks again when it is used again', async () => {
    const { path } = newPlace();
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases });
    await store.set(alice, secret);
    await store.close();
    await store.get(alice);
    expect(passphrases.asked).toEqual(['create', 'open 1']);
  });
});

describe('calling off', () => {
  test('ends a wait for the passphrase, and nothing is created', async () => {
    const { path } = newPlace();
    const passphrases = { ...typed(), create: () => new Promise<Secret>(() => undefined) };
    const calling = new AbortController();
    const work = openFile(path, 'passphrase', { passphrases }).set(alice, secret, { signal: calling.signal });
    setTimeout(() => calling.abort(), 20);
    await failure(work, 'cancelled');
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});
