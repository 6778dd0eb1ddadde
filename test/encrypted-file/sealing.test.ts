import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { findKeySource } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { type DeriveKey, deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { rejectOnAbort } from '../../src/adapters/files/abort.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, existingFile, newPlace, openFile, passphrase, typed } from './place.ts';

const secret = textSecret('s3cret-of-alice');
const readHeader = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('a file with the key source home', () => {
  test('[EF30] does not open under another home directory', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, secret);
    const error = await failure(openFile(path, 'home', { home: '/home/mallory' }).get(alice), 'file-damaged');
    expect(error.message).toContain(path);
  });

  test('never asks for a passphrase', async () => {
    const { path } = newPlace();
    const passphrases = typed();
    await openFile(path, 'home', { passphrases }).set(alice, secret);
    await openFile(path, 'home', { passphrases }).get(alice);
    expect(passphrases.asked).toEqual([]);
  });
});

describe('a file with a passphrase', () => {
  test('[EF31] uses argon2id with 64 MiB, three passes and four lanes', async () => {
    const { path } = newPlace();
    const options = { cost: recommendedCost };
    await openFile(path, 'passphrase', options).set(alice, secret);
    expect(readHeader(path).slots[0].kdf).toMatchObject({
      name: 'argon2id',
      memoryKiB: 65_536,
      iterations: 3,
      parallelism: 4,
    });
    expect((await openFile(path, 'passphrase', options).get(alice))?.equals(secret)).toBe(true);
  });

  test('[EF32] asks once: for a new passphrase to create it, for the current one to open it', async () => {
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

  test('asks once to create it even if deriving the key takes no time', async () => {
    const { path } = newPlace();
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases, derive: async () => new Uint8Array(32) });
    await Promise.all([store.set(alice, secret), store.set(bob, secret)]);
    expect(passphrases.asked).toEqual(['create']);
  });

  test('allows three attempts', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const passphrases = typed('wrong', 'wrong again', passphrase);
    expect((await openFile(path, 'passphrase', { passphrases }).get(alice))?.equals(secret)).toBe(true);
    expect(passphrases.asked).toEqual(['open 1', 'open 2', 'open 3']);
  });

  test('[EF33] rejects three wrong passphrases with an error that names the file and shows none of them', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const passphrases = typed('not the passphrase');
    const error = await failure(openFile(path, 'passphrase', { passphrases }).set(alice, secret), 'wrong-passphrase');
    expect(passphrases.asked).toHaveLength(3);
    expect(error.message).toContain(path);
    expectHidden(error, textSecret('not the passphrase'));
    expectHidden(error, secret);
  });

  test('stops asking when the source has no more, and never tries the empty passphrase', async () => {
    const { path } = newPlace();
    await openFile(path, 'passphrase').set(alice, secret);
    const derive = vi.fn(deriveKey);
    const once = { ...typed(), open: async (attempt: number) => (attempt === 1 ? textSecret('') : undefined) };
    await failure(openFile(path, 'passphrase', { passphrases: once, derive }).get(alice), 'wrong-passphrase');
    expect(derive).not.toHaveBeenCalled();
    await failure(openFile(path, 'passphrase', { passphrases: typed() }).get(alice), 'passphrase-required');
  });

  test('passes on the source’s error, and asks again for the next operation', async () => {
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

  describe('[EF54] while the key is derived', () => {
    /** Derivations that end only when they are aborted or released. */
    function heldDerivations() {
      const signals: (AbortSignal | undefined)[] = [];
      let release = () => {};
      const released = new Promise<void>((done) => {
        release = done;
      });
      const derive: DeriveKey = async (kdf, input, signal) => {
        signals.push(signal);
        await rejectOnAbort(released, signal && { signal });
        return deriveKey(kdf, input);
      };
      const begun = () => expect.poll(() => signals.length).toBe(1);
      return { derive, signals, begun, release: () => release() };
    }

    test('of a new file, an abort of one operation leaves the others’ derivation running', async () => {
      const { path } = newPlace();
      const { derive, begun, release } = heldDerivations();
      const passphrases = typed(passphrase);
      const store = openFile(path, 'passphrase', { passphrases, derive });
      const controller = new AbortController();
      const aborted = failure(store.set(alice, secret, controller), 'cancelled');
      const kept = store.set(bob, secret);
      await begun();
      controller.abort();
      await aborted;
      release();
      await kept;
      expect(passphrases.asked).toEqual(['create']);
      expect(await store.list()).toEqual([bob]);
    });

    test('of a new file, an abort of every operation ends it, and the next one starts over', async () => {
      const { path } = newPlace();
      const { derive, signals, begun, release } = heldDerivations();
      const passphrases = typed(passphrase);
      const store = openFile(path, 'passphrase', { passphrases, derive });
      const controllers = [new AbortController(), new AbortController()];
      const all = controllers.map((controller) => failure(store.set(alice, secret, controller), 'cancelled'));
      await begun();
      for (const controller of controllers) controller.abort();
      await Promise.all(all);
      expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
      const next = store.set(bob, secret);
      release();
      await next;
      expect(passphrases.asked).toEqual(['create', 'create']);
    });

    test('of an existing file, an abort ends it', async () => {
      const { path } = newPlace();
      await openFile(path, 'passphrase').set(alice, secret);
      const { derive, signals, begun } = heldDerivations();
      const controller = new AbortController();
      const reading = failure(openFile(path, 'passphrase', { derive }).get(alice, controller), 'cancelled');
      await begun();
      controller.abort();
      await reading;
      expect(signals).toEqual([controller.signal]);
    });
  });

  test('reports a failed derivation without the passphrase', async () => {
    const { path } = newPlace();
    const cause = new Error('out of memory');
    const derive = () => Promise.reject(cause);
    const error = await failure(openFile(path, 'passphrase', { derive }).set(alice, secret), 'failed');
    expect(error.cause).toBe(cause);
    expectHidden(error, textSecret(passphrase));
  });
});

describe('an absent file', () => {
  test('is not created by get, delete or list, which ask for no passphrase', async () => {
    const { path, folder } = newPlace();
    const passphrases = typed();
    const store = openFile(`${path}/deeper/file.json`, 'passphrase', { passphrases });
    expect([await store.get(alice), await store.delete(alice), await store.list()]).toEqual([undefined, false, []]);
    expect(passphrases.asked).toEqual([]);
    expect(() => readFileSync(folder)).toThrow('EISDIR');
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});

describe('the header of a file', () => {
  test('determines how it is opened and written, if it is at least as strong as the option', async () => {
    const { path } = newPlace();
    expect(await findKeySource(existingFile(path))).toBeUndefined();
    await openFile(path, 'passphrase').set(alice, secret);
    const { slots, id } = readHeader(path);
    const other = openFile(path, 'home');
    await other.set(bob, secret);
    expect((await other.get(alice))?.equals(secret)).toBe(true);
    expect(readHeader(path)).toMatchObject({ slots, id });
    expect(await findKeySource(existingFile(path))).toBe('passphrase');
  });

  test('changes when the file is created again', async () => {
    const { path } = newPlace();
    const passphrases = typed(passphrase);
    const store = openFile(path, 'passphrase', { passphrases });
    await store.set(alice, secret);
    const [{ kdf }] = readHeader(path).slots;
    rmSync(path);
    await openFile(path, 'passphrase', { passphrases }).set(bob, secret);
    expect(readHeader(path).slots[0].kdf.salt).not.toBe(kdf.salt);
    expect(passphrases.asked).toEqual(['create', 'create']);
  });
});

describe('a file that was opened', () => {
  test('and altered afterwards is damaged: the passphrase is not wrong', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'passphrase');
    await store.set(alice, secret);
    const { ciphertext } = readHeader(path);
    const text = readFileSync(path, 'utf8').replace(ciphertext, `${'A'.repeat(8)}${ciphertext.slice(8)}`);
    writeFileSync(path, text);
    await failure(store.get(alice), 'file-damaged');
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

describe('aborting the signal', () => {
  test('ends the wait for a passphrase, and nothing is created', async () => {
    const { path } = newPlace();
    const passphrases = { ...typed(), create: () => new Promise<Secret>(() => undefined) };
    const controller = new AbortController();
    const work = openFile(path, 'passphrase', { passphrases }).set(alice, secret, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await failure(work, 'cancelled');
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});
