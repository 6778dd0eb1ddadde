import { createDecipheriv } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readLargeFile } from '../../src/adapters/encrypted-file/large-file.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { needsLinux } from '../support/needs.ts';
import { alice, bob, keySources, newPlace, openFile } from './place.ts';

/** A file is read in pieces of this many characters of base64. */
const pieceLength = 64 * 1024;
const small = textSecret('s3cret-of-alice');
const pieceBytes = (pieceLength / 4) * 3;

async function largeFile(keySource: (typeof keySources)[number], secretBytes = 3 * pieceBytes) {
  const { path } = newPlace();
  const secret = new Secret(new Uint8Array(secretBytes).map((_, index) => index * 7));
  const store = openFile(path, keySource);
  await store.set(alice, small);
  await store.set(bob, secret);
  const text = readFileSync(path, 'utf8');
  return { path, secret, text, start: text.indexOf('"ciphertext":"') + '"ciphertext":"'.length };
}

test.each(keySources)('a file with the key source %s that is larger than a piece opens', async (keySource) => {
  const { path, secret } = await largeFile(keySource);
  const store = openFile(path, keySource);
  expect((await store.get(alice))?.expose()).toEqual(small.expose());
  expect((await store.get(bob))?.expose()).toEqual(secret.expose());
});

describe('a file that is read in pieces', () => {
  test('opens, wherever its tag and its padding are', async () => {
    const lengths = new Set<number>();
    for (let shift = -4; shift <= 4; shift++) {
      const { path } = newPlace();
      const store = openFile(path, 'home');
      // The payload has four characters for three bytes of a secret, and one for one of a name.
      const name = { service: 'example.com', account: 'b'.repeat(20 + shift) };
      const secret = new Secret(new Uint8Array(((2 * pieceBytes) / 4) * 3 - 69));
      await store.set(name, secret);
      const text = readFileSync(path, 'utf8');
      lengths.add((text.length - text.indexOf('"ciphertext":"') - '"ciphertext":""}\n'.length) % pieceLength);
      expect((await openFile(path, 'home').get(name))?.expose()).toEqual(secret.expose());
    }
    expect([...lengths]).toEqual(expect.arrayContaining([pieceLength - 4, 0, 4]));
  });

  test.each([
    ['a character of its ciphertext', (text: string, at: number) => replaceAt(text, at, text[at] === 'A' ? 'B' : 'A')],
    ['a digit that base64 does not have', (text: string, at: number) => replaceAt(text, at, '*')],
    ['a digit of base64url', (text: string, at: number) => replaceAt(text, at, '-')],
    ['padding in its middle', (text: string, at: number) => replaceAt(text, at, '=')],
    ['a lost character', (text: string, at: number) => text.slice(0, at) + text.slice(at + 1)],
    ['four lost characters', (text: string, at: number) => text.slice(0, at) + text.slice(at + 4)],
    ['an extra line break', (text: string, at: number) => `${text.slice(0, at)}\n${text.slice(at)}`],
    ['a lost end', (text: string, at: number) => text.slice(0, at)],
    ['an extra end', (text: string) => `${text}\n`],
    ['a changed header', (text: string) => text.replace('"nonce":"', '"nonce": "')],
  ])('is damaged by %s, wherever it is, and stays as it is', async (_, damage) => {
    const { path, text, start } = await largeFile('home');
    const ends = [start, start + pieceLength - 1, start + pieceLength, start + 2 * pieceLength - 4, text.length - 8];
    for (const at of ends) {
      const damaged = damage(text, at);
      writeFileSync(path, damaged);
      await failure(openFile(path, 'home').get(alice), 'file-damaged');
      await failure(openFile(path, 'home').set(alice, small), 'file-damaged');
      expect(readFileSync(path, 'utf8')).toBe(damaged);
    }
  });

  test.each([
    ['another program', 'file-foreign', (text: string) => `{"other":1,${text.slice(1)}`.replace('"format"', '"f"')],
    [
      'another program, with the same field',
      'file-foreign',
      () => `{"a":[{"b":1,"ciphertext":"${'x'.repeat(pieceLength)}"}]}\n`,
    ],
    ['a later version', 'file-version', (text: string) => text.replace('"version":2', '"version":3')],
  ] as const)('of %s stays as it is', async (_, code, change) => {
    const { path, text } = await largeFile('home');
    const changed = change(text);
    writeFileSync(path, changed);
    await failure(openFile(path, 'home').get(alice), code);
    await failure(openFile(path, 'home').set(alice, small), code);
    expect(readFileSync(path, 'utf8')).toBe(changed);
  });

  test('is closed after every operation, failed ones included', needsLinux, async () => {
    const { path, text } = await largeFile('home');
    const store = openFile(path, 'home');
    const before = readdirSync('/proc/self/fd').length;
    await store.get(alice);
    await store.set(alice, small);
    await store.list();
    writeFileSync(path, replaceAt(text, text.length - 20, '*'));
    await store.get(alice).catch(() => undefined);
    writeFileSync(path, text.replace('"application":"keystow"', '"application":"other"'));
    await failure(store.get(alice), 'file-foreign');
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });
});

describe('which files are read in pieces', () => {
  const open = (path: string) => {
    const descriptor = openSync(path, 'r');
    onTestFinished(() => closeSync(descriptor));
    const { size } = statSync(path);
    let kept = 0;
    const keep = () => {
      kept += 1;
    };
    const sealed = readLargeFile({ path, label: 'encrypted file' }, { descriptor, size, keep });
    return { sealed, kept };
  };
  const decipher = () => createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));

  test('one that the home directory opens is', async () => {
    const { path, text } = await largeFile('home');
    const { sealed, kept } = open(path);
    expect([sealed?.nonce, kept]).toEqual([JSON.parse(text).nonce, 1]);
  });

  test('one that needs a passphrase, or an invalid envelope, is not', async () => {
    const passphrase = await largeFile('passphrase');
    expect(open(passphrase.path)).toEqual({ sealed: undefined, kept: 0 });
    const { path, text } = await largeFile('home');
    writeFileSync(path, text.replace('"version":2', '"version": 2'));
    expect(open(path)).toEqual({ sealed: undefined, kept: 0 });
  });

  test('one that becomes shorter meanwhile is damaged', async () => {
    const { path, start } = await largeFile('home');
    const { ciphertext } = open(path).sealed ?? {};
    if (ciphertext === undefined || ciphertext instanceof Uint8Array) throw new Error('it was read as a whole');
    truncateSync(path, start + pieceLength + 4);
    expect(() => ciphertext.decrypt(decipher())).toThrow(expect.objectContaining({ code: 'file-damaged' }));
  });
});

function replaceAt(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1);
}
