import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attributes, findValue } from '../../../src/domain/protocols/git/attributes.ts';
import {
  isGitSecretExpired,
  isRejected,
  matchesRequest,
  parseGitSecret,
  serialiseGitSecret,
} from '../../../src/domain/protocols/git/git-credential.ts';
import { attributes, kept, value } from './arbitraries.ts';

describe('the secret that a credential is kept as', () => {
  test('is the password and nothing else, where there is nothing else', () => {
    fc.assert(
      fc.property(value, (password) => {
        expect(serialiseGitSecret([['password', password]])).toBe(password);
      }),
    );
  });

  test('has all else on lines of its own, as the helpers for libsecret, macOS and Windows have it', () => {
    expect(
      serialiseGitSecret([
        ['protocol', 'https'],
        ['oauth_refresh_token', 'refresh'],
        ['password_expiry_utc', '1684189401'],
        ['password', 's3cret'],
      ]),
    ).toBe('s3cret\npassword_expiry_utc=1684189401\noauth_refresh_token=refresh');
  });

  test('gives back what was kept, and nothing of the rest', () => {
    fc.assert(
      fc.property(kept, attributes, (given, others) => {
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

  test('holds no password where a pre-encoded credential does without', () => {
    const bearer: Attributes = [
      ['authtype', 'Bearer'],
      ['credential', 'token'],
    ];
    expect(parseGitSecret(serialiseGitSecret(bearer))).toEqual(bearer);
    expect(parseGitSecret('')).toEqual([['password', '']]);
  });

  test('is read whatever it is, since another program may have written it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseGitSecret(text);
        expect(parseGitSecret(serialiseGitSecret(read))).toEqual(read);
      }),
    );
  });
});

describe('a password', () => {
  const expiring = (expiry: string): Attributes => [['password_expiry_utc', expiry]];

  test('is past its time from the second on that is named', () => {
    expect(isGitSecretExpired(expiring('1684189401'), 1_684_189_400_999)).toBe(false);
    expect(isGitSecretExpired(expiring('1684189401'), 1_684_189_401_000)).toBe(true);
  });

  test.each(['', '0', '-1', 'soon', '1e3', '99999999999999999999999'])('with the expiry %j never is', (expiry) => {
    expect(isGitSecretExpired(expiring(expiry), Date.UTC(2100, 0))).toBe(false);
  });
});

describe('of two credentials', () => {
  const password = (text: string): Attributes => [['password', text]];

  test('one says what the other does where it agrees with all of it', () => {
    expect(matchesRequest([...password('a'), ['password_expiry_utc', '1']], password('a'))).toBe(true);
    expect(matchesRequest(password('a'), [...password('a'), ['password_expiry_utc', '1']])).toBe(false);
    expect(matchesRequest(password('a'), password('b'))).toBe(false);
    fc.assert(fc.property(kept, (given) => matchesRequest(given, given)));
  });

  test('one is what the other rejects where it has that password, or where none is named', () => {
    expect(isRejected(password('a'), password('a'))).toBe(true);
    expect(isRejected(password('a'), password('b'))).toBe(false);
    expect(isRejected(password('a'), [])).toBe(true);
    expect(isRejected(password('a'), [['credential', 'a']])).toBe(false);
    expect(isRejected(password('a'), [...password('a'), ['password_expiry_utc', '1']])).toBe(true);
  });
});
