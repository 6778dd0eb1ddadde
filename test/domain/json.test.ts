import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isObject, parseJson } from '../../src/domain/text/encodings.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

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

describe('a text that would cost minutes or gigabytes', () => {
  const many = 3_000_000;

  test.each([
    ['nested lists', '['.repeat(many)],
    ['nested objects', '{"a":'.repeat(many)],
    ['lists in a list', `[${'[],'.repeat(many)}[]]`],
    ['objects in a list', `[${'{},'.repeat(many)}{}]`],
    ['keys of an object', `{${'"":0,'.repeat(many)}"":0}`],
    ['numbers', `[${'0,'.repeat(many)}0]`],
    ['lists after a string that ends in an escape', `["\\\\",${'[],'.repeat(many)}[]]`],
  ])('[EF60] is not parsed: %s', (_, text) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(parseJson(text)).toBeUndefined();
    // Not `toHaveBeenCalled`, which would print the text.
    expect(parse.mock.calls.length).toBe(0);
  });

  test.each([
    ['in a string', JSON.stringify('[{,'.repeat(many))],
    ['in a string, after a quotation mark', JSON.stringify(`"${'[{,'.repeat(many)}`)],
    ['in a string, after a backslash', JSON.stringify(`\\\\"${'[{,'.repeat(many)}`)],
  ])('brackets and commas cost nothing %s', (_, text) => {
    expect(parseJson(text)).toBe(JSON.parse(text));
  });

  test('as many credentials as a file can have are parsed', () => {
    const credentials = Array.from({ length: 100_000 }, (_, index) => ({
      service: `s${index}`,
      account: 'a',
      store: 'file',
      writtenAt: '2026-01-01T00:00:00.000Z',
      stale: ['secret-service'],
    }));
    expect(parseJson(JSON.stringify({ credentials }))).toEqual({ credentials });
  });
});

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['a', false],
  [undefined, false],
])('isObject(%j) is %j', (value, is) => expect(isObject(value)).toBe(is));
