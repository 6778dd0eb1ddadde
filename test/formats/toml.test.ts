import { describe, expect, test } from 'vitest';
import { parseToml } from '../../src/domain/formats/toml.ts';
import type { TomlValue } from '../../src/domain/formats/toml-reader.ts';

/** A value as JSON has it; what isn't a string, an array or a table, as it's written. */
function show(text: string, { text: string, items, members, start, end }: TomlValue): unknown {
  if (string !== undefined) return string;
  if (items !== undefined) return items.map((item) => show(text, item));
  if (members !== undefined) return members.map(({ path, value }) => [path.join('|'), show(text, value)]);
  return { as: text.slice(start, end) };
}

function parseValue(written: string): unknown {
  const text = `k = ${written} # c\n`;
  const [entry, ...others] = parseToml(text).entries;
  if (entry === undefined || others.length > 0) throw new Error('not one entry');
  expect(text.slice(entry.value.start, entry.value.end)).toBe(written);
  return show(text, entry.value);
}

describe('a value of TOML', () => {
  test.each([
    ['""', ''],
    ['"a \\b\\t\\n\\f\\r\\e\\"\\\\"', 'a \b\t\n\f\r\x1b"\\'],
    ['"\\x41\\u0042\\U0001F600"', 'AB😀'],
    ["''", ''],
    ["'a\\n\"'", 'a\\n"'],
    ['""""""', ''],
    ['"""\na\n"b" ""c\\"""""', 'a\n"b" ""c""'],
    ['"""\r\na"""', 'a'],
    ['"""a""""', 'a"'],
    ['"""a"""""', 'a""'],
    ['"""a \\\n   b\\ \t\r\n\n c"""', 'a bc'],
    ["''''''", ''],
    ["'''\na\\n'b' ''c'''", "a\\n'b' ''c"],
    ["'''a'''''", "a''"],
    ['[]', []],
    ['[ "a" , # c\n\n[\'b\',],\n]', ['a', ['b']]],
    ['{}', []],
    [
      '{ a = "b" , c."d e" . f = [ 1 ] }',
      [
        ['a', 'b'],
        ['c|d e|f', [{ as: '1' }]],
      ],
    ],
    ['{a={b="c"}}', [['a', [['b', 'c']]]]],
  ])('%s is read', (written, expected) => {
    expect(parseValue(written)).toEqual(expected);
  });

  test.each([
    ...['true', 'false', 'inf', '+inf', '-nan', '0', '-0', '+1_000', '0xDEAD_beef', '0o17', '0b1_0'],
    ...['1.5', '-1_0.0_1', '1e9', '1.0E-1_0', '1e+9', '0.0'],
    ...[
      '1979-05-27',
      '1979-05-27T07:32:00Z',
      '1979-05-27 07:32:00.5-07:00',
      '1979-05-27t07:32',
      '07:32:00.25',
      '07:32',
    ],
  ])('%s is read as it is written', (written) => {
    expect(parseValue(written)).toEqual({ as: written });
  });

  test.each([
    ...[
      '',
      'x',
      '01',
      '1_',
      '_1',
      '1__0',
      '1.',
      '.5',
      '1e',
      '0x',
      '0x_1',
      '0o8',
      '0b2',
      '+0x1',
      '1.5.5',
      'True',
      '--1',
    ],
    ...[
      '1979-5-27',
      '1979-05-27T',
      '7:32',
      '"a',
      "'a",
      '"""a',
      "'''a",
      '"\\q"',
      '"\\x4"',
      '"""\\q"""',
      '"a\nb"',
      "'a\nb'",
    ],
    ...['[', '["a" "b"]', '[,]', '{', '{ a = 1 b = 2 }', '{ a }', '{ a = }', '{ = 1 }', '{ a = 1\n}', '"a" "b"', '1 2'],
  ])('%s is rejected', (written) => {
    expect(() => parseToml(`k = ${written}\n`)).toThrow(
      expect.objectContaining({ code: 'file-damaged', line: expect.any(Number) }),
    );
  });

  test.each([
    ['k = x\n', 'line 1 has an invalid value'],
    ['\n= 1\n', 'line 2 has an invalid key'],
    ['k\n', 'line 1 has no "=" where it is required'],
    ['[a\nk = 1', 'line 1 has no "]" where it is required'],
    ['[[a]\n', 'line 1 has no "]]" where it is required'],
    ['k = 1 2\n', 'line 1 has something behind its value'],
    ['[a] b\n', 'line 1 has something behind its value'],
    ['k = [1\n\n', 'has an array without an end'],
    ['k = { a = 1 b', 'has a table without an end'],
    ['k = "a\n', 'line 1 has a string without an end'],
    ["k = 'a\n", 'line 1 has a string without an end'],
    ['k = """a', 'line 1 has a string without an end'],
    ['"""k""" = 1\n', 'line 1'],
    [`k = ${'['.repeat(102)}`, 'line 1 is nested too deeply'],
    [`k = ${'{a='.repeat(102)}`, 'line 1 is nested too deeply'],
    [`${'a.'.repeat(100)}a = 1`, 'line 1 is nested too deeply'],
  ])('%j is rejected, with the reason', (text, problem) => {
    expect(() => parseToml(text)).toThrow(problem);
  });

  test('may be nested 100 levels deep, and so may keys', () => {
    expect(parseToml(`k = ${'['.repeat(100)}1${']'.repeat(100)}`).entries).toHaveLength(1);
    expect(parseToml(`k = ${'{a='.repeat(100)}1${'}'.repeat(100)}`).entries).toHaveLength(1);
    expect(parseToml(`${'a.'.repeat(99)}a = 1`).entries[0]?.path).toHaveLength(100);
  });
});

test('keys and headers may be bare, quoted and dotted, with blanks around them', () => {
  const text = '\uFEFF# c\r\n \t[ a . "b c" ] # d\r\n\te-_1 . \'f.g\'=1\r\n[[x]]\n"" = 2\n';
  const { entries, tables } = parseToml(text);
  expect(entries.map(({ path, table, indent }) => [path, table, indent])).toEqual([
    [['a', 'b c', 'e-_1', 'f.g'], ['a', 'b c'], '\t'],
    [['x', '0', ''], ['x', '0'], ''],
  ]);
  expect(tables.map(({ path, isItem, start, end }) => [path, isItem, text.slice(start, end)])).toEqual([
    [['a', 'b c'], false, '[ a . "b c" ]'],
    [['x'], true, '[[x]]'],
  ]);
  expect(entries.map(({ start, next }) => text.slice(start, next))).toEqual(["e-_1 . 'f.g'=1\r\n", '"" = 2\n']);
});
