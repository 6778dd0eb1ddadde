import fc from 'fast-check';
import type { Attribute, GitAttributes } from '../../../src/domain/protocols/git-credential.ts';

function bytesExcept(...codes: readonly number[]): fc.Arbitrary<string> {
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => !codes.includes(code));
  return fc.string({ unit: byte.map((code) => String.fromCharCode(code)) });
}

/** A value: any bytes except NUL and line breaks, one character each. */
export const value = bytesExcept(10, 13);

export const key = bytesExcept(10, 13, 61);

/** Each key once. */
export const attributes: fc.Arbitrary<GitAttributes> = fc.uniqueArray(fc.tuple(key, value), {
  selector: ([key]) => key,
});

/** Text as git sends it: UTF-8, one character for each byte. */
export const utf8 = fc
  .string({ unit: 'grapheme' })
  .filter((text) => !/[\0\r\n]/.test(text))
  .map((text) => Buffer.from(text).toString('latin1'));

/** Any subset of the attributes that are stored. */
export const stored: fc.Arbitrary<GitAttributes> = fc
  .record(
    {
      password: value,
      authtype: value,
      credential: value,
      password_expiry_utc: value,
      oauth_refresh_token: value,
    },
    { requiredKeys: [] },
  )
  .map((record) => Object.entries(record) as readonly Attribute[]);
