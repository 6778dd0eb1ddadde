import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EncryptedFileOptions } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, type KeySource, openFile, passphrase, sealedFile, typed } from './place.ts';

const restore =
  'restore it from a backup, or move it aside and store the credentials again; keystow does not change it';

/** Changes the text of a file, reads it, and returns the error without the file's path. */
async function errorOf(
  keySource: KeySource,
  code: ErrorCode,
  change: (text: string) => string,
  options: Partial<EncryptedFileOptions> = {},
) {
  const { path, whole } = await sealedFile(keySource);
  writeFileSync(path, change(whole.toString()));
  const { message, hint, cause } = await failure(openFile(path, keySource, options).get(alice), code);
  expect(message).toContain(` ${path}`);
  return { message: message.replace(` ${path}`, ''), hint, cause };
}

const unchanged = (text: string) => text;
const altered = (text: string) => text.replace(/"ciphertext":"..../, '"ciphertext":"AAAA');

describe('the message and hint for a file', () => {
  test('with the key source home that was altered, or belongs to another home directory', async () => {
    expect(await errorOf('home', 'file-damaged', altered)).toMatchObject({
      message: 'the encrypted file is damaged: it was altered',
      hint: restore,
    });
    expect(await errorOf('home', 'file-damaged', unchanged, { home: '/home/mallory' })).toMatchObject({
      message: 'the encrypted file was sealed for another home directory, or is damaged',
      hint: 'if the home directory was moved, or the file is from another one, run: keystow doctor --adopt-home OLD_HOME; otherwise restore the file from a backup',
    });
  });

  test('that the passphrase does not open', async () => {
    expect(await errorOf('passphrase', 'wrong-passphrase', unchanged, { passphrases: typed('wrong') })).toMatchObject({
      message: 'wrong passphrase for the encrypted file',
      hint: 'if you have forgotten it, run: keystow reset; if you are sure that it is right, the file is damaged: restore it from a backup',
    });
  });

  test('that the passphrase opened before it was altered', async () => {
    const { path, whole } = await sealedFile('passphrase');
    const store = openFile(path, 'passphrase');
    await store.get(alice);
    writeFileSync(path, altered(whole.toString()));
    const { message, hint } = await failure(store.get(alice), 'file-damaged');
    expect({ message, hint }).toEqual({
      message: `the encrypted file ${path} is damaged: it was altered`,
      hint: restore,
    });
  });

  test('without a passphrase', async () => {
    expect(await errorOf('passphrase', 'passphrase-required', unchanged, { passphrases: typed() })).toMatchObject({
      message: 'a passphrase is required for the encrypted file',
    });
  });

  test('whose key cannot be derived', async () => {
    const cause = new Error('out of memory');
    const derive = () => Promise.reject(cause);
    expect(await errorOf('passphrase', 'failed', unchanged, { derive })).toMatchObject({
      message: 'the key of the encrypted file cannot be derived: Error: out of memory',
      cause,
    });
  });

  test.each([
    [
      'that was truncated',
      (text: string) => text.slice(0, -9),
      'file-damaged',
      'the encrypted file is damaged: it is truncated or not JSON',
    ],
    [
      'whose ciphertext is not base64',
      (text: string) => text.replace(/"ciphertext":"./, '"ciphertext":"*'),
      'file-damaged',
      'the encrypted file is damaged: its ciphertext is not base64',
    ],
    ['of another program', () => '{"hosts":{}}', 'file-foreign', 'the encrypted file was written by another program'],
    [
      'of a later version',
      (text: string) => text.replace('"version":2', '"version":7'),
      'file-version',
      'the encrypted file has format version 7, which this version of keystow does not support',
    ],
  ] as const)('%s', async (_, change, code, message) => {
    expect(await errorOf('home', code, change)).toMatchObject({ message });
  });

  test('that would become too large, to the byte', async () => {
    const { path, whole } = await sealedFile('home');
    const secret = textSecret('another secret');
    await openFile(path, 'home').set({ ...alice, account: 'bob' }, secret);
    const { length } = readFileSync(path);
    const write = (maxFileBytes: number) => {
      writeFileSync(path, whole);
      return openFile(path, 'home', { maxFileBytes }).set({ ...alice, account: 'bob' }, secret);
    };
    await write(length);
    expect((await failure(write(length - 1), 'too-large')).message).toBe(
      `the encrypted file ${path} would become larger than ${length - 1} bytes`,
    );
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('a passphrase source', () => {
  test('is notified when no more passphrases are needed: after opening, failing, creating and sealing again', async () => {
    const { path } = await sealedFile('passphrase');
    const notified: string[] = [];
    const opening = (label: string, at: string, ...answers: string[]) =>
      openFile(at, 'passphrase', { passphrases: { ...typed(...answers), done: () => void notified.push(label) } });
    await opening('opened', path, passphrase).get(alice);
    await failure(opening('not opened', path, 'wrong').get(alice), 'wrong-passphrase');
    await opening('created', `${path}.new`, passphrase).set(alice, textSecret('s3cret'));
    await opening('sealed again', path, passphrase, 'new').reseal('passphrase');
    expect(notified).toEqual(['opened', 'not opened', 'created', 'sealed again', 'sealed again']);
  });

  test('is not notified if the home directory opens the file', async () => {
    const { path } = await sealedFile('home');
    const done = () => expect.unreachable();
    const store = openFile(path, 'home', { passphrases: { ...typed(passphrase), done } });
    await store.get(alice);
    await store.delete(alice);
  });
});
