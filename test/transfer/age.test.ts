import { armor, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { age } from '../../src/adapters/transfer/age-file.ts';
import { failure } from '../contract/errors.ts';

const content = Buffer.from('content');
const encryptFor = (...recipients: readonly string[]) => age.encrypt(content, { recipients });

async function newKey() {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** A file that another program has made, with less work. */
async function encryptCheaply(passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(2);
  encrypter.setPassphrase(passphrase);
  return encrypter.encrypt(content);
}

describe('a file for a passphrase', () => {
  test('is opened by it, and costs as much work as that of age(1)', async () => {
    const file = await age.encrypt(content, { passphrase: 'x' });
    expect(Buffer.from(file).toString('latin1')).toMatch(/^age-encryption.org\/v1\n-> scrypt \S+ 18\n/);
    expect(age.inspect(file)).toBe('passphrase');
    expect(Buffer.from(await age.decrypt(file, { passphrase: 'x' }))).toEqual(content);
  });

  test('is not opened by another one, which is an error of its own', async () => {
    const file = await encryptCheaply('x');
    const { message, hint } = await failure(age.decrypt(file, { passphrase: 'y' }), 'wrong-passphrase');
    expect(message).toContain('passphrase');
    expect(hint).toContain('passphrase of the export');
  });

  test('with a scrypt work factor above 2^20 is rejected before any work', async () => {
    const file = Buffer.from(await encryptCheaply('x')).toString('latin1');
    const costly = Buffer.from(file.replace(/^(-> scrypt \S+) 2$/m, '$1 30'), 'latin1');
    const { message, hint } = await failure(age.decrypt(costly, { passphrase: 'x' }), 'file-damaged');
    expect(message).toContain('too much work');
    expect(hint).toContain('keystow export or age');
  });

  test('that was truncated or altered is damaged, not a wrong passphrase', async () => {
    const file = await encryptCheaply('x');
    const altered = Uint8Array.from(file);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    for (const damaged of [altered, file.subarray(0, -1), file.subarray(0, 100)]) {
      const { message, hint } = await failure(age.decrypt(damaged, { passphrase: 'x' }), 'file-damaged');
      expect(message).toContain('truncated or was altered');
      expect(hint).toContain('another copy');
    }
  });
});

describe('a file for recipients', () => {
  test('is opened by the identity of each, and by no other', async () => {
    const [first, second, third] = await Promise.all([newKey(), newKey(), newKey()]);
    const file = await encryptFor(first.recipient, second.recipient);
    expect(age.inspect(file)).toBe('recipients');
    for (const { identity } of [first, second]) {
      expect(Buffer.from(await age.decrypt(file, { identities: [third.identity, identity] }))).toEqual(content);
    }
    const { message, hint } = await failure(age.decrypt(file, { identities: [third.identity] }), 'wrong-passphrase');
    expect(message).toContain('identity');
    expect(hint).toContain('--identity');
    expect(message).not.toContain('passphrase');
  });

  test('may be armored, with the line endings of Windows and blank lines in front', async () => {
    const { identity, recipient } = await newKey();
    const text = armor.encode(await encryptFor(recipient));
    for (const written of [text, text.replaceAll('\n', '\r\n'), `\n\n${text}`]) {
      const file = Buffer.from(written);
      expect(age.inspect(file)).toBe('recipients');
      expect(Buffer.from(await age.decrypt(file, { identities: [identity] }))).toEqual(content);
    }
  });

  test('that is armored and was altered is damaged', async () => {
    const { identity, recipient } = await newKey();
    const file = Buffer.from(armor.encode(await encryptFor(recipient)).replace('-----END', '!'));
    await failure(age.decrypt(file, { identities: [identity] }), 'file-damaged');
    expect(age.inspect(file)).toBe('none');
  });

  test('cannot be for an identity, which is secret, or for the key of SSH, or for anything else', async () => {
    const { identity } = await newKey();
    const explain = async (recipient: string) => {
      const { message, hint } = await failure(encryptFor(recipient), 'invalid-input');
      expect(hint).toContain('age-keygen');
      return message;
    };
    for (const secret of [identity, identity.toLowerCase()]) {
      const message = await explain(secret);
      expect(message).toContain('an identity is secret');
      expect(message.toUpperCase()).not.toContain(identity);
    }
    expect(await explain('ssh-ed25519 AAAA')).toContain('SSH');
    for (const other of ['age1x', 'x AGE-', 'x ssh-']) expect(await explain(other)).toBe('invalid recipient');
  });

  test('is not opened by an invalid identity, which no message repeats', async () => {
    const { recipient } = await newKey();
    const file = await encryptFor(recipient);
    const { message, hint } = await failure(age.decrypt(file, { identities: ['AGE-SECRET-KEY-1X'] }), 'invalid-input');
    expect(hint).toContain('age-keygen');
    expect(message).toContain('invalid identity');
    expect(message).not.toContain('AGE-SECRET-KEY-1X');
  });
});

test.each([
  ['# created\n# public key: age1\nAGE-SECRET-KEY-1', 'identity'],
  ['\r\n AGE-SECRET-KEY-1', 'identity'],
  ['AGE-PLUGIN-YUBIKEY-1', 'identity'],
  ['text AGE-SECRET-KEY-1', 'none'],
  ['content', 'none'],
  [' \n', 'none'],
  ['', 'none'],
  ['x age-encryption.org/v1', 'none'],
])('%j is inspected without a key: %s', (text, expected) => {
  expect(age.inspect(Buffer.from(text))).toBe(expected);
});
