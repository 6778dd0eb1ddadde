import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOptional, isTime, isToken, parseStrictJson } from '../../src/domain/text/strict-json.ts';

describe('JSON of another program', () => {
  test('is parsed if every program reads it alike', () => {
    expect(parseStrictJson('{"a":{"b":[1,{"b":null}]},"c":"\\u00fc\\ud83d\\udd11 {\\"a\\":1}"}\n')).toEqual({
      a: { b: [1, { b: null }] },
      c: 'ü🔑 {"a":1}',
    });
    expect(parseStrictJson('{"__proto__":"x"}')).toEqual(JSON.parse('{"__proto__":"x"}'));
  });

  test.each([
    ['nothing', ''],
    ['not JSON', 's3cret'],
    ['not an object', '["s3cret"]'],
    ['cut short', '{"a":"s3cret"'],
    ['two values', '{"a":1}{"a":2}'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['equal keys', '{"a":1,"a":2}'],
    ['equal keys in an inner object', '{"a":[{"b":1,"b":2}]}'],
    ['equal keys, one of them escaped', '{"a":1,"\\u0061":2}'],
    ['equal keys with an object between them', '{"a":{"c":{}},"b":[{}],"a":2}'],
    ['keys that differ in case', '{"Token":1,"token":2}'],
    ['keys that differ in case for Go', '{"s":1,"ſ":2}'],
    ['a NUL', '{"a":"s\\u0000"}'],
    ['a NUL in a key', '{"a\\u0000":1}'],
    ['an unpaired surrogate', '{"a":"\\ud800"}'],
    ['a number that is too large', '{"a":1e999}'],
    ['a negative number that is too large', '{"a":[-1e999]}'],
    ['deep nesting', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
  ])('is rejected: %s', (_, text) => {
    expect(parseStrictJson(text)).toBeUndefined();
  });

  test('whatever JSON.stringify wrote, unless two keys differ only in case', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => text.toLowerCase().replaceAll('\0', ''));
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
      fc.double(),
      fc.boolean(),
    );
    const unique = (keys: string[]) => new Set(keys.map((key) => key.toUpperCase().toLowerCase())).size === keys.length;
    const object = fc.dictionary(key, fc.oneof(value, fc.array(value))).filter((value) => unique(Object.keys(value)));
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

test.each(['a', '!~', 'eyJ.a_b-c=='])('%j can be a token', (text) => {
  expect(isToken(text)).toBe(true);
});

test.each(['', ' a', 'a ', 'a b', 'a\n', '\na', 'ü', 'a\x7f', 1, null, undefined, ['a']])(
  '%j isn’t a token',
  (value) => {
    expect(isToken(value)).toBe(false);
  },
);

test.each([
  '2027-01-02T03:04:05Z',
  '2027-01-02t03:04:05z',
  '2027-01-02 03:04:05Z',
  '2027-01-02T03:04:05.123456Z',
  '2027-01-02T03:04:05+01:00',
  '2027-01-02T03:04:05-01:00',
])('%s is a time', (text) => {
  expect(isTime(text)).toBe(true);
});

test.each([
  '2027-01-02',
  '2027-01-02T03:04Z',
  '2027-01-02T03:04:05',
  '2027-01-02T03:04:05+0100',
  'x2027-01-02T03:04:05Z',
  '2027-01-02T03:04:05Zx',
  '2027-01-02T03:04:05.Z',
  '2027-13-02T03:04:05Z',
  1_800_000_000,
  undefined,
])('%s isn’t a time', (value) => {
  expect(isTime(value)).toBe(false);
});

test('a field is optional if it is missing, null, empty or valid', () => {
  for (const value of [undefined, null, '', 'a']) expect(isOptional(value, isToken)).toBe(true);
  for (const value of ['a b', 0, false]) expect(isOptional(value, isToken)).toBe(false);
});
