import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject, parseJson } from '../../src/domain/text/encodings.ts';

test('law: serialised JSON parses to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each(['', '{', 'undefined', "{'a':1}"])('%j is not JSON', (text) => {
  expect(parseJson(text)).toBeUndefined();
});

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['a', false],
  [undefined, false],
])('isObject(%j) is %j', (value, is) => expect(isObject(value)).toBe(is));
