import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatReference,
  formatShortReference,
  isValidName,
  parseReference,
} from '../../src/domain/credential-name.ts';

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
