import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EncryptedFileOptions } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, type KeySource, openFile, passphrase, sealedFile, typed } from './place.ts';

const restore = 'restore it from a backup, or move it aside and sign in again; keystow leaves it as it is';

/** What a read says of a file. Its path is left out. */
async function said(
  seal: KeySource,
  code: ErrorCode,
  spoil: (text: string) => string,
  options: Partial<EncryptedFileOptions> = {},
) {
  const { path, whole } = await sealedFile(seal);
  writeFileSync(path, spoil(whole.toString()));
  const { message, hint, cause } = await failure(openFile(path, seal, options).get(alice), code);
  expect(message).toContain(` ${path}`);
  return { message: message.replace(` ${path}`, ''), hint, cause };
}

const asItIs = (text: string) => text;
const altered = (text: string) => text.replace(/"ciphertext":"..../, '"ciphertext":"AAAA');

describe('what is said of a file', () => {
  test('that is sealed by home and was altered, or is another home’s', async () => {
    const either = {
      message: 'the encrypted file is damaged: it was altered, or sealed under another home directory',
      hint: restore,
    };
    expect(await said('home', 'file-damaged', altered)).toMatchObject(either);
    expect(await said('home', 'file-damaged', asItIs, { home: '/home/mallory' })).toMatchObject(either);
  });

  test('that is sealed by a passphrase which does not open it', async () => {
    expect(await said('passphrase', 'wrong-passphrase', asItIs, { passphrases: typed('wrong') })).toMatchObject({
      message: 'the passphrase does not open the encrypted file',
      hint: 'where the passphrase is certainly right, the file is damaged: restore it from a backup',
    });
  });

  test('that is sealed by a passphrase which opened it before it was altered', async () => {
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

  test('that is sealed by a passphrase which nobody gives', async () => {
    expect(await said('passphrase', 'passphrase-required', asItIs, { passphrases: typed() })).toMatchObject({
      message: 'the encrypted file needs a passphrase, and none was given',
    });
  });

  test('whose key cannot be derived', async () => {
    const cause = new Error('out of memory');
    const derive = () => Promise.reject(cause);
    expect(await said('passphrase', 'failed', asItIs, { derive })).toMatchObject({
      message: 'the key of the encrypted file cannot be derived: Error: out of memory',
      cause,
    });
  });

  test.each([
    ['is cut short', (text: string) => text.slice(0, -9), 'file-damaged', /^the encrypted file is damaged: /, restore],
    [
      'is another program’s',
      () => '{"hosts":{}}',
      'file-foreign',
      /^the encrypted file was written by another program$/,
      'move it aside, or choose another folder; keystow leaves it as it is',
    ],
    [
      'is a later version’s',
      (text: string) => text.replace('"version":1', '"version":7'),
      'file-version',
      /^the encrypted file has version 7 of its format, and 1 is known$/,
      'update the program; keystow leaves the file as it is',
    ],
  ] as const)('that %s', async (_, spoil, code, message, hint) => {
    expect(await said('home', code, spoil)).toMatchObject({ message: expect.stringMatching(message), hint });
  });

  test('that would become too large, to the byte', async () => {
    const { path, whole } = await sealedFile('home');
    const secret = textSecret('another secret');
    await openFile(path, 'home').set({ ...alice, account: 'bob' }, secret);
    const { length } = readFileSync(path);
    const written = (maxFileBytes: number) => {
      writeFileSync(path, whole);
      return openFile(path, 'home', { maxFileBytes }).set({ ...alice, account: 'bob' }, secret);
    };
    await written(length);
    expect((await failure(written(length - 1), 'too-large')).message).toBe(
      `the encrypted file ${path} would become larger than ${length - 1} bytes`,
    );
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('the source of a passphrase', () => {
  test('hears when nothing more is asked for: the file is open, or is not, is made, or is sealed anew', async () => {
    const { path } = await sealedFile('passphrase');
    const heard: string[] = [];
    const opening = (label: string, at: string, ...answers: string[]) =>
      openFile(at, 'passphrase', { passphrases: { ...typed(...answers), done: () => void heard.push(label) } });
    await opening('opened', path, passphrase).get(alice);
    await failure(opening('not opened', path, 'wrong').get(alice), 'wrong-passphrase');
    await opening('made', `${path}.new`, passphrase).set(alice, textSecret('s3cret'));
    await opening('sealed anew', path, passphrase, 'new').reseal('passphrase');
    expect(heard).toEqual(['opened', 'not opened', 'made', 'sealed anew', 'sealed anew']);
  });

  test('hears nothing where the home directory opens the file', async () => {
    const { path } = await sealedFile('home');
    const done = () => expect.unreachable();
    const store = openFile(path, 'passphrase', { passphrases: { ...typed(passphrase), done } });
    await store.get(alice);
    await store.delete(alice);
  });
});
