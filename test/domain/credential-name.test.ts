import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import {
  compareNames,
  formatName,
  formatReference,
  formatShortReference,
  isSameName,
  isValidName,
  maxNameLength,
  parseReference,
  sortUniqueNames,
  toCredentialName,
} from '../../src/domain/credential-name.ts';

const name = fc.record({ service: fc.string(), account: fc.string() });

describe('a name', () => {
  test.each([
    ['x'.repeat(maxNameLength + 1), 'the service is longer than 1024 characters'],
    ['a\0b', 'the service contains a NUL character'],
    ['\ud83d', 'the service is not well-formed Unicode'],
    ['\udd11\ud83d', 'the service is not well-formed Unicode'],
  ])('with the part %j is rejected: %s', (part, message) => {
    const expectRejected = (make: () => unknown, text: string, least: number) => {
      expect(make).toThrow(CredentialError);
      expect(make).toThrow(
        expect.objectContaining({
          code: 'invalid-name',
          message: text,
          hint: `use ${least} to 1024 Unicode characters, without NUL`,
        }),
      );
    };
    expectRejected(() => toCredentialName(part, 'alice'), message, 1);
    expectRejected(() => toCredentialName('demo', part), message.replace('service', 'account'), 0);
    expect(isValidName({ service: part, account: 'alice' })).toBe(false);
    expect(isValidName({ service: 'demo', account: part })).toBe(false);
  });

  test('needs a service, but the account may be empty', () => {
    expect(() => toCredentialName('', 'alice')).toThrow('the service is empty');
    expect(isValidName({ service: '', account: 'alice' })).toBe(false);
    expect(toCredentialName('demo', '')).toEqual({ service: 'demo', account: '' });
    expect(isValidName({ service: 'demo', account: '' })).toBe(true);
    expect(formatName({ service: 'demo', account: '' })).toBe('demo ""');
    expect(formatName({ service: 'demo', account: 'alice' })).toBe('demo alice');
  });

  test.each(['x'.repeat(maxNameLength), '🔑', ' ', '-', 'a\nb', '__proto__'])(
    'with the part %j is kept unchanged',
    (part) => {
      expect(toCredentialName(part, part)).toEqual({ service: part, account: part });
      expect(isValidName({ service: part, account: part })).toBe(true);
    },
  );
});

describe('the order of names', () => {
  test('is total: two names compare as equal exactly if they are the same', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(compareNames(a, b) === 0).toBe(isSameName(a, b));
        expect(Math.sign(compareNames(a, b))).toBe(0 - Math.sign(compareNames(b, a)));
      }),
    );
  });

  test('is by service, then account, by code unit', () => {
    const names = [
      { service: 'b', account: 'a' },
      { service: 'a', account: 'b' },
      { service: 'a', account: 'B' },
      { service: 'B', account: 'z' },
    ];
    expect(names.sort(compareNames).map(({ service, account }) => service + account)).toEqual(['Bz', 'aB', 'ab', 'ba']);
  });
});

test('duplicate names are listed once, in order, without other properties', () => {
  const alice = { service: 'b', account: 'alice' };
  const bob = { service: 'a', account: 'bob' };
  const carol = { service: 'a', account: 'carol' };
  const given = [{ ...alice, store: 'file' }, carol, bob, { ...alice, store: 'keychain' }, carol, alice];
  expect(sortUniqueNames(given)).toEqual([bob, carol, alice]);
  expect(sortUniqueNames([])).toEqual([]);
});

test('law: every name has a reference, long and short', () => {
  const name = fc.record({ service: fc.string({ unit: 'binary' }), account: fc.string({ unit: 'binary' }) });
  fc.assert(
    fc.property(name, (each) => {
      fc.pre(isValidName(each));
      expect(parseReference(formatReference(each))).toEqual(each);
      expect(parseReference(formatShortReference(each))).toEqual(each);
    }),
  );
});

test.each([
  ['demo/alice', 'demo', 'alice'],
  ['keystow://demo/alice', 'demo', 'alice'],
  ['demo/', 'demo', ''],
  ['git%3Ahttps%3A%2F%2Fgithub.com/alice', 'git:https://github.com', 'alice'],
  ['a b/ä@é', 'a b', 'ä@é'],
])('%s', (text, service, account) => expect(parseReference(text)).toEqual({ service, account }));

test.each([
  '',
  'demo',
  '/alice',
  'a/b/c',
  'https://a/b',
  'keystow://',
  'keystow:///',
  'a/%',
  'a/%ff',
  'a/%00',
  'a/b?c',
  'a/b#c',
])('%j is invalid, and the error does not repeat it', (text) => {
  expect(() => parseReference(text)).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: 'invalid reference to a credential' }),
  );
});
