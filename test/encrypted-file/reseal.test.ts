import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { findKeySource } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, home, keySources, newPlace, openFile, passphrase, typed } from './place.ts';
import { openByTheBook } from './second-implementation.ts';

const [secret, other] = [textSecret('s3cret-of-alice'), textSecret('s3cret-of-bob')];
const fresh = 'a new one, and a better one';

const sealed = (path: string) => findKeySource({ path, home, notice: () => undefined });
const withPassphrase = (text: string) => ({ passphrases: typed(text) });

/** A file with two credentials. */
async function fileSealedBy(seal: 'home' | 'passphrase') {
  const place = newPlace();
  const store = openFile(place.path, seal);
  await store.set(alice, secret);
  await store.set(bob, other);
  return place;
}

async function expectWhole(store: ReturnType<typeof openFile>): Promise<void> {
  expect((await store.get(alice))?.equals(secret)).toBe(true);
  expect((await store.get(bob))?.equals(other)).toBe(true);
  expect(await store.list()).toEqual([alice, bob]);
}

describe('a file that is sealed anew', () => {
  test.each(keySources)(
    '[EF27] from %s to a passphrase holds the same, and opens by that passphrase alone',
    async (seal) => {
      const { path, folder } = await fileSealedBy(seal);
      const asking = seal === 'home' ? typed(fresh) : typed(passphrase, fresh);
      const store = openFile(path, seal, { passphrases: asking });
      expect(await store.reseal('passphrase')).toBe(true);
      expect(asking.asked).toEqual(seal === 'home' ? ['change'] : ['open 1', 'change']);
      await expectWhole(store);
      await expectWhole(openFile(path, 'home', withPassphrase(fresh)));
      expect(await openByTheBook(readFileSync(path, 'utf8'), { home, passphrase: fresh })).toContain('example.com');
      await failure(openFile(path, seal, withPassphrase(passphrase)).get(alice), 'wrong-passphrase');
      expect(readdirSync(folder)).toEqual(['credentials.json']);
    },
  );

  test('from a passphrase to home holds the same, and asks for none any more', async () => {
    const { path } = await fileSealedBy('passphrase');
    expect(await openFile(path, 'passphrase').reseal('home')).toBe(true);
    expect(await sealed(path)).toBe('home');
    const nobody = typed();
    await expectWhole(openFile(path, 'passphrase', { passphrases: nobody }));
    expect(nobody.asked).toEqual([]);
  });

  test('by the same passphrase has another salt and another nonce', async () => {
    const { path } = await fileSealedBy('passphrase');
    const before = JSON.parse(readFileSync(path, 'utf8'));
    await openFile(path, 'passphrase').reseal('passphrase');
    const after = JSON.parse(readFileSync(path, 'utf8'));
    expect(after.kdf.salt).not.toBe(before.kdf.salt);
    expect(after.nonce).not.toBe(before.nonce);
  });

  test('has its new key derived once, and asked for once, however often it has to begin anew', async () => {
    const { path } = await fileSealedBy('home');
    const derive = vi.fn(deriveKey);
    const asking = typed(fresh);
    const busy = openFile(path, 'home');
    const change = asking.change;
    asking.change = async () => {
      await busy.set(alice, secret);
      return change();
    };
    await openFile(path, 'home', { passphrases: asking, derive }).reseal('passphrase');
    expect(asking.asked).toEqual(['change']);
    expect(derive.mock.calls.filter(([kdf]) => kdf.name === 'argon2id')).toHaveLength(1);
    await expectWhole(openFile(path, 'home', withPassphrase(fresh)));
  });

  test('where there is none is not made, and nobody is asked', async () => {
    const { path, folder } = newPlace();
    const asking = typed(fresh);
    expect(await openFile(path, 'passphrase', { passphrases: asking }).reseal('passphrase')).toBe(false);
    expect(asking.asked).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a file stays as it is, byte for byte,', () => {
  test.each([
    ['the old passphrase is wrong three times', ['wrong'], 'wrong-passphrase'],
    ['the new one is empty', [passphrase, ''], 'passphrase-required'],
  ] as const)('[EF28] where %s', async (_, answers, code) => {
    const { path } = await fileSealedBy('passphrase');
    const before = readFileSync(path);
    const asking = { passphrases: typed(...answers) };
    const error = await failure(openFile(path, 'passphrase', asking).reseal('passphrase'), code);
    expect(error.message).toContain(path);
    expectHidden(error, textSecret(passphrase));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('where nobody gives a new one, or it is called off', async () => {
    const { path } = await fileSealedBy('home');
    const before = readFileSync(path);
    for (const code of ['passphrase-required', 'cancelled'] as const) {
      const change = async () => {
        throw new CredentialError(code, 'nobody');
      };
      await failure(openFile(path, 'home', { passphrases: { ...typed(), change } }).reseal('passphrase'), code);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('where it is damaged', async () => {
    const { path } = await fileSealedBy('home');
    const text = readFileSync(path, 'utf8').replace(/"ciphertext":"..../, '"ciphertext":"AAAA');
    writeFileSync(path, text);
    await failure(openFile(path, 'home', withPassphrase(fresh)).reseal('passphrase'), 'file-damaged');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('what other processes do while a new passphrase is typed', () => {
  const meanwhile = (path: string, deed: () => Promise<unknown>) => {
    const asking = typed(fresh);
    const change = asking.change;
    asking.change = async () => {
      await deed();
      return change();
    };
    return openFile(path, 'home', { passphrases: asking }).reseal('passphrase');
  };

  test('[EF29] is in the file that is sealed anew', async () => {
    const { path } = await fileSealedBy('home');
    const late = { service: 'example.com', account: 'carol' };
    await meanwhile(path, () => openFile(path, 'home').set(late, secret));
    expect(await openFile(path, 'home', withPassphrase(fresh)).list()).toEqual([alice, bob, late]);
  });

  test('with its seal is not undone: what they sealed it by is asked for', async () => {
    const { path } = await fileSealedBy('home');
    const theirs = () => openFile(path, 'home', withPassphrase('theirs')).reseal('passphrase');
    await failure(meanwhile(path, theirs), 'wrong-passphrase');
    await expectWhole(openFile(path, 'home', withPassphrase('theirs')));
  });

  test('where they remove it is not undone', async () => {
    const { path } = await fileSealedBy('home');
    expect(await meanwhile(path, async () => rmSync(path))).toBe(false);
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});

test('a process that has the file open under the old passphrase writes nothing under it any more', async () => {
  const { path } = await fileSealedBy('passphrase');
  const open = openFile(path, 'passphrase', { passphrases: typed(passphrase) });
  await open.get(alice);
  await openFile(path, 'passphrase', { passphrases: typed(passphrase, fresh) }).reseal('passphrase');
  await failure(open.set(alice, other), 'wrong-passphrase');
  await expectWhole(openFile(path, 'passphrase', withPassphrase(fresh)));
});
