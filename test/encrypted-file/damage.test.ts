import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { seal } from '../../src/adapters/encrypted-file/seal.ts';
import { serialiseEnvelope } from '../../src/domain/envelope/envelope.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, home, keySources, newPlace, openFile, passphrase, sealedFile, typed } from './place.ts';

const secret = textSecret('s3cret-of-alice');

describe.each(keySources)('a file sealed by %s', (how) => {
  test('[EF4] that is damaged is never written over: set, delete and list reject, and it stays byte for byte', async () => {
    const { path, whole, folder } = await sealedFile(how);
    for (const damage of [Buffer.alloc(0), whole.subarray(0, 40), Buffer.concat([whole, whole])]) {
      writeFileSync(path, damage);
      for (const store of [openFile(path, 'home'), openFile(path, 'passphrase')]) {
        expectHidden(await failure(store.set(bob, secret), 'file-damaged'), secret);
        await failure(store.delete(alice), 'file-damaged');
        await failure(store.list(), 'file-damaged');
      }
      expect(readFileSync(path).equals(damage)).toBe(true);
    }
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  test.each([
    ['another program', '{"hosts":{"dify":{"bearer":"plain"}}}', 'file-foreign', 'written by another program'],
    ['a later version', '{"format":"keystow-credentials","version":2}', 'file-version', 'has version 2'],
    ['a program that writes YAML', 'hosts:\n  dify: plain\n', 'file-damaged', 'is not JSON'],
  ] as const)(
    '[EF5] in whose place is one of %s: every operation rejects, and it stays',
    async (_, text, code, words) => {
      const { path } = newPlace();
      writeFileSync(path, text, { mode: 0o600 });
      const store = openFile(path, how);
      for (const work of [
        () => store.get(alice),
        () => store.set(alice, secret),
        () => store.delete(alice),
        () => store.list(),
      ]) {
        const error = await failure(work(), code);
        expect(error.message).toContain(path);
        expect(error.message).toContain(words);
        expect(error.message).not.toContain('plain');
        expect(error.hint).toContain('keystow leaves');
      }
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );
});

describe('a file that asks for too much work', () => {
  test('[EF6] is refused before any key is derived', async () => {
    const { path, whole } = await sealedFile('passphrase');
    const derive = vi.fn(deriveKey);
    const passphrases = typed(passphrase);
    const greedy = whole.toString().replace('"memoryKiB":8192', '"memoryKiB":4194304');
    writeFileSync(path, greedy);
    const error = await failure(openFile(path, 'passphrase', { derive, passphrases }).get(alice), 'file-damaged');
    expect(error.message).toContain('memoryKiB 4194304');
    expect(derive).not.toHaveBeenCalled();
    expect(passphrases.asked).toEqual([]);
  });

  test('by its size is refused unread', async () => {
    const { path, whole } = await sealedFile('home');
    const error = await failure(openFile(path, 'home', { maxFileBytes: whole.length - 1 }).get(alice), 'file-damaged');
    expect(error.message).toContain(`larger than ${whole.length - 1} bytes`);
  });

  test('is never made: a secret beyond the limit is too large, and the file stays', async () => {
    const { path, whole } = await sealedFile('home');
    const store = openFile(path, 'home', { maxFileBytes: whole.length + 50 });
    const large = textSecret('x'.repeat(200));
    expectHidden(await failure(store.set(bob, large), 'too-large'), large);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('a payload that authenticates and is none is damage', () => {
  test.each([
    '',
    'null',
    '{}',
    '[1]',
    '[["a"]]',
    '[["a","b","c"]]',
    '[["","b",""]]',
    '[["a","b",""],["a","b",""]]',
    '[["a",7,""]]',
    '[[7,"b",""]]',
    '[[null,"b",""]]',
    '[["a","b",1234]]',
    '[[["a"],"b",""]]',
    '[["a","b","",""]]',
  ])('%j', async (payload) => {
    const { path } = newPlace();
    const kdf = { name: 'hkdf-sha256' as const, salt: Buffer.alloc(32).toString('base64') };
    const key = await deriveKey(kdf, Buffer.from(home));
    const nonce = Buffer.alloc(12).toString('base64');
    writeFileSync(path, serialiseEnvelope(seal(key, { kdf, nonce }, Buffer.from(payload))), { mode: 0o600 });
    const error = await failure(openFile(path, 'home').get(alice), 'file-damaged');
    expect(error.message).toContain('not a list of credentials');
  });
});
