import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findValue,
  type GitAttributes,
  isGitSecretExpired,
  isRejected,
  matchesRequest,
  parseGitSecret,
  serialiseGitSecret,
} from '../../../src/domain/protocols/git-credential.ts';
import { attributes, stored, value } from './arbitraries.ts';

describe('the secret of a git credential', () => {
  test('is just the password if there are no extra attributes', () => {
    fc.assert(
      fc.property(value, (password) => {
        expect(serialiseGitSecret([['password', password]])).toBe(password);
      }),
    );
  });

  test('has each extra attribute on its own line, as in the helpers for libsecret, macOS and Windows', () => {
    expect(
      serialiseGitSecret([
        ['protocol', 'https'],
        ['oauth_refresh_token', 'refresh'],
        ['password_expiry_utc', '1684189401'],
        ['password', 's3cret'],
      ]),
    ).toBe('s3cret\npassword_expiry_utc=1684189401\noauth_refresh_token=refresh');
  });

  test('parses to the stored attributes, without any others', () => {
    fc.assert(
      fc.property(stored, attributes, (given, others) => {
        const read = parseGitSecret(
          serialiseGitSecret([...others.map(([key, value]) => [`x${key}`, value] as const), ...given]),
        );
        for (const [key, text] of given) {
          const unused = key === 'password' && text === '' && findValue(given, 'credential') !== undefined;
          expect(findValue(read, key)).toBe(unused ? undefined : text);
        }
        const lacking = findValue(given, 'password') === undefined && findValue(given, 'credential') === undefined;
        const had = new Set([...given.map(([key]) => key), ...(lacking ? ['password'] : [])]);
        expect(read.every(([key]) => had.has(key))).toBe(true);
      }),
    );
  });

  test('has no password if a pre-encoded credential has none', () => {
    const bearer: GitAttributes = [
      ['authtype', 'Bearer'],
      ['credential', 'token'],
    ];
    expect(parseGitSecret(serialiseGitSecret(bearer))).toEqual(bearer);
    expect(parseGitSecret('')).toEqual([['password', '']]);
  });

  test('is parsed whatever it contains, because another program may have written it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseGitSecret(text);
        expect(parseGitSecret(serialiseGitSecret(read))).toEqual(read);
      }),
    );
  });
});

describe('a password', () => {
  const expiring = (expiry: string): GitAttributes => [['password_expiry_utc', expiry]];

  test('expires at the start of the given second', () => {
    expect(isGitSecretExpired(expiring('1684189401'), 1_684_189_400_999)).toBe(false);
    expect(isGitSecretExpired(expiring('1684189401'), 1_684_189_401_000)).toBe(true);
  });

  test.each(['', '0', '-1', 'soon', '1e3', '99999999999999999999999'])('with the expiry %j never expires', (expiry) => {
    expect(isGitSecretExpired(expiring(expiry), Date.UTC(2100, 0))).toBe(false);
  });
});

describe('a request', () => {
  const password = (text: string): GitAttributes => [['password', text]];

  test('matches a stored credential that agrees with all its attributes', () => {
    expect(matchesRequest([...password('a'), ['password_expiry_utc', '1']], password('a'))).toBe(true);
    expect(matchesRequest(password('a'), [...password('a'), ['password_expiry_utc', '1']])).toBe(false);
    expect(matchesRequest(password('a'), password('b'))).toBe(false);
    fc.assert(fc.property(stored, (given) => matchesRequest(given, given)));
  });

  test('rejects a stored credential with the same password, or any if it has no password', () => {
    expect(isRejected(password('a'), password('a'))).toBe(true);
    expect(isRejected(password('a'), password('b'))).toBe(false);
    expect(isRejected(password('a'), [])).toBe(true);
    expect(isRejected(password('a'), [['credential', 'a']])).toBe(false);
    expect(isRejected(password('a'), [...password('a'), ['password_expiry_utc', '1']])).toBe(true);
  });
});
