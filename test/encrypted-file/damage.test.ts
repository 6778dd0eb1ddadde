import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { deriveKey } from '../../src/adapters/encrypted-file/kdf.ts';
import { seal } from '../../src/adapters/encrypted-file/seal.ts';
import { serialiseEnvelope } from '../../src/domain/envelope/envelope.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import {
  alice,
  bob,
  home,
  type KeySource,
  keySources,
  newPlace,
  openFile,
  passphrase,
  sealedFile,
  typed,
} from './place.ts';

const secret = textSecret('s3cret-of-alice');

function allOperations(path: string, keySource: KeySource): readonly (() => Promise<unknown>)[] {
  const store = openFile(path, keySource);
  return [() => store.get(alice), () => store.set(alice, secret), () => store.delete(alice), () => store.list()];
}

describe.each(keySources)('a file with the key source %s', (keySource) => {
  test('[EF4] is never overwritten if it is damaged: set, delete and list reject, and it stays byte for byte', async () => {
    const { path, whole, folder } = await sealedFile(keySource);
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
    ['another program', '{"hosts":{"dify":{"bearer":"plain"}}}', 'file-foreign'],
    ['a later version', '{"format":"keystow-credentials","version":3}', 'file-version'],
    ['a program that writes YAML', 'hosts:\n  dify: plain\n', 'file-damaged'],
  ] as const)('[EF5] stays as it is if %s wrote it, and every operation rejects', async (_, text, code) => {
    const { path } = newPlace();
    writeFileSync(path, text, { mode: 0o600 });
    for (const work of allOperations(path, keySource)) {
      const error = await failure(work(), code);
      expect(error.message).toContain(path);
      expect(error.message).not.toContain('plain');
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('a file that requires too much work', () => {
  test('[EF6] is rejected before any key is derived', async () => {
    const { path, whole } = await sealedFile('passphrase');
    const derive = vi.fn(deriveKey);
    const passphrases = typed(passphrase);
    const greedy = whole.toString().replace('"memoryKiB":8192', '"memoryKiB":4194304');
    writeFileSync(path, greedy);
    await failure(openFile(path, 'passphrase', { derive, passphrases }).get(alice), 'file-damaged');
    expect(derive).not.toHaveBeenCalled();
    expect(passphrases.asked).toEqual([]);
  });

  test('is rejected unread if it is larger than the limit', async () => {
    const { path, whole } = await sealedFile('home');
    await failure(openFile(path, 'home', { maxFileBytes: whole.length - 1 }).get(alice), 'file-damaged');
  });

  test('is never written: a secret beyond the limit is too large, and the file stays', async () => {
    const { path, whole } = await sealedFile('home');
    const store = openFile(path, 'home', { maxFileBytes: whole.length + 50 });
    const large = textSecret('x'.repeat(200));
    expectHidden(await failure(store.set(bob, large), 'too-large'), large);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('a file with an authentic but invalid payload is damaged', () => {
  test.each([
    '',
    'null',
    '{}',
    '[1]',
    '[["a"]]',
    '[["a","b","c"]]',
    '[["","b",""]]',
    '[["a",7,""]]',
    '[[7,"b",""]]',
    '[[null,"b",""]]',
    '[["a","b",1234]]',
    '[[["a"],"b",""]]',
    '[["a","b","",""]]',
    '[["a","b",""],["a","b",""]]',
    '[["example.com","alice",""],["example.com","alice",""]]',
    'garbage["example.com","alice",""]]',
    '[garbage,["example.com","alice",""]]',
    '[["example.com","alice",""],["a","b","c"]]',
    '[["example.com","alice",""]',
  ])('%j', async (payload) => {
    const { path } = newPlace();
    const kdf = { name: 'hkdf-sha256' as const, salt: Buffer.alloc(32).toString('base64') };
    const key = await deriveKey(kdf, Buffer.from(home));
    const nonce = Buffer.alloc(12).toString('base64');
    const header = { version: 1 as const, kdf, nonce };
    const ciphertext = [...seal(key, header, [Buffer.from(payload)])].join('');
    writeFileSync(path, serialiseEnvelope({ ...header, ciphertext }), { mode: 0o600 });
    for (const work of allOperations(path, 'home')) await failure(work(), 'file-damaged');
  });
});

test.each(['*', '-', '_', ' ', '\n', '='])(
  'a ciphertext with %j in it is damaged before anybody is asked',
  async (character) => {
    const { path, whole } = await sealedFile('passphrase');
    const passphrases = typed(passphrase);
    writeFileSync(path, whole.toString().replace(/("ciphertext":")./, `$1${character}`));
    await failure(openFile(path, 'passphrase', { passphrases }).get(alice), 'file-damaged');
    expect(passphrases.asked).toEqual([]);
  },
);
