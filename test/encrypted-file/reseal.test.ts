import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { findKeySource } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import {
  alice,
  bob,
  existingFile,
  home,
  type KeySource,
  keySources,
  newPlace,
  openFile,
  passphrase,
  typed,
} from './place.ts';
import { openBySpecification } from './second-implementation.ts';

const [secret, other] = [textSecret('s3cret-of-alice'), textSecret('s3cret-of-bob')];
const newPassphrase = 'a new one, and a better one';

const readKeySource = (path: string) => findKeySource(existingFile(path));
const withPassphrase = (text: string) => ({ passphrases: typed(text) });

/** A file with two credentials. */
async function newFile(keySource: KeySource) {
  const place = newPlace();
  const store = openFile(place.path, keySource);
  await store.set(alice, secret);
  await store.set(bob, other);
  return place;
}

async function expectWhole(store: ReturnType<typeof openFile>): Promise<void> {
  expect((await store.get(alice))?.equals(secret)).toBe(true);
  expect((await store.get(bob))?.equals(other)).toBe(true);
  expect(await store.list()).toEqual([alice, bob]);
}

describe('sealing a file again', () => {
  test.each(keySources)(
    '[EF27] from %s to a passphrase keeps the credentials, and only that passphrase opens them',
    async (keySource) => {
      const { path, folder } = await newFile(keySource);
      const passphrases = keySource === 'home' ? typed(newPassphrase) : typed(passphrase, newPassphrase);
      const store = openFile(path, keySource, { passphrases });
      expect(await store.reseal('passphrase')).toBe(true);
      expect(passphrases.asked).toEqual(keySource === 'home' ? ['change'] : ['open 1', 'change']);
      await expectWhole(store);
      await expectWhole(openFile(path, 'home', withPassphrase(newPassphrase)));
      expect(await openBySpecification(readFileSync(path, 'utf8'), { home, passphrase: newPassphrase })).toContain(
        'example.com',
      );
      await failure(openFile(path, keySource, withPassphrase(passphrase)).get(alice), 'wrong-passphrase');
      expect(readdirSync(folder)).toEqual(['credentials.json']);
    },
  );

  test('from a passphrase to home keeps the credentials, and never asks again', async () => {
    const { path } = await newFile('passphrase');
    expect(await openFile(path, 'passphrase').reseal('home')).toBe(true);
    expect(await readKeySource(path)).toBe('home');
    const passphrases = typed();
    await expectWhole(openFile(path, 'home', { passphrases }));
    expect(passphrases.asked).toEqual([]);
  });

  test('with the same passphrase changes the salt and the nonce', async () => {
    const { path } = await newFile('passphrase');
    const before = JSON.parse(readFileSync(path, 'utf8'));
    await openFile(path, 'passphrase').reseal('passphrase');
    const after = JSON.parse(readFileSync(path, 'utf8'));
    expect(after.slots[0].kdf.salt).not.toBe(before.slots[0].kdf.salt);
    expect(after.slots[0].key).not.toBe(before.slots[0].key);
    expect(after.nonce).not.toBe(before.nonce);
  });

  test('asks for the new passphrase and derives its key only once, even if it has to start over', async () => {
    const { path } = await newFile('home');
    const derive = vi.fn(deriveKey);
    const passphrases = typed(newPassphrase);
    const busy = openFile(path, 'home');
    const change = passphrases.change;
    passphrases.change = async () => {
      await busy.set(alice, secret);
      return change();
    };
    await openFile(path, 'home', { passphrases, derive }).reseal('passphrase');
    expect(passphrases.asked).toEqual(['change']);
    expect(derive.mock.calls.filter(([kdf]) => kdf.name === 'argon2id')).toHaveLength(1);
    await expectWhole(openFile(path, 'home', withPassphrase(newPassphrase)));
  });

  test('does nothing without a file, and asks nobody', async () => {
    const { path, folder } = newPlace();
    const passphrases = typed(newPassphrase);
    expect(await openFile(path, 'passphrase', { passphrases }).reseal('passphrase')).toBe(false);
    expect(passphrases.asked).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('sealing a file again leaves it unchanged', () => {
  test.each([
    ['the old passphrase is wrong three times', ['wrong'], 'wrong-passphrase'],
    ['the new passphrase is empty', [passphrase, ''], 'passphrase-required'],
  ] as const)('[EF28] if %s', async (_, answers, code) => {
    const { path } = await newFile('passphrase');
    const before = readFileSync(path);
    const passphrases = typed(...answers);
    const error = await failure(openFile(path, 'passphrase', { passphrases }).reseal('passphrase'), code);
    expect(error.message).toContain(path);
    expectHidden(error, textSecret(passphrase));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('if there is no new passphrase, or the prompt is cancelled', async () => {
    const { path } = await newFile('home');
    const before = readFileSync(path);
    for (const code of ['passphrase-required', 'cancelled'] as const) {
      const change = async () => {
        throw new CredentialError(code, 'nobody');
      };
      await failure(openFile(path, 'home', { passphrases: { ...typed(), change } }).reseal('passphrase'), code);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('if it is damaged', async () => {
    const { path } = await newFile('home');
    const text = readFileSync(path, 'utf8').replace(/"ciphertext":"..../, '"ciphertext":"AAAA');
    writeFileSync(path, text);
    await failure(openFile(path, 'home', withPassphrase(newPassphrase)).reseal('passphrase'), 'file-damaged');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('while the new passphrase is typed, another process', () => {
  const resealDuring = (path: string, change: () => Promise<unknown>) => {
    const passphrases = typed(newPassphrase);
    const answer = passphrases.change;
    passphrases.change = async () => {
      await change();
      return answer();
    };
    return openFile(path, 'home', { passphrases }).reseal('passphrase');
  };

  test('[EF29] can write a credential, and it is in the new file', async () => {
    const { path } = await newFile('home');
    const late = { service: 'example.com', account: 'carol' };
    await resealDuring(path, () => openFile(path, 'home').set(late, secret));
    expect(await openFile(path, 'home', withPassphrase(newPassphrase)).list()).toEqual([alice, bob, late]);
  });

  test('can set its own passphrase, and that is asked for', async () => {
    const { path } = await newFile('home');
    const theirs = () => openFile(path, 'home', withPassphrase('theirs')).reseal('passphrase');
    await failure(resealDuring(path, theirs), 'wrong-passphrase');
    await expectWhole(openFile(path, 'home', withPassphrase('theirs')));
  });

  test('can remove the file, and it stays removed', async () => {
    const { path } = await newFile('home');
    expect(await resealDuring(path, async () => rmSync(path))).toBe(false);
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});

test('a process that opened the file with the old passphrase cannot write with it any more', async () => {
  const { path } = await newFile('passphrase');
  const store = openFile(path, 'passphrase', { passphrases: typed(passphrase) });
  await store.get(alice);
  await openFile(path, 'passphrase', { passphrases: typed(passphrase, newPassphrase) }).reseal('passphrase');
  await failure(store.set(alice, other), 'wrong-passphrase');
  await expectWhole(openFile(path, 'passphrase', withPassphrase(newPassphrase)));
});
