import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../src/domain/text/strict-json.ts';

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
