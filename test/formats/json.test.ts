import { expect, test } from 'vitest';
import { parseJsonTree, readJson } from '../../src/domain/formats/json.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';

test('each text has its keys, its place, its member, and the member of the object that it is in', () => {
  const text = ' { "a" : { "b":"x\\"\\u0041" }, "l": [ {"c":"y"}, "z", 1, true, null ], "": "" }\n';
  const leaves = readJson(text);
  if (isFault(leaves)) throw new Error('invalid');
  const cut = (range: { start: number; end: number } | undefined) => range && text.slice(range.start, range.end);
  expect(
    leaves.map(({ path, value, range, entry, owner }) => [path, value, cut(range), cut(entry), cut(owner)]),
  ).toEqual([
    [['a', 'b'], 'x"A', 'x\\"\\u0041', '"b":"x\\"\\u0041"', '"a" : { "b":"x\\"\\u0041" }'],
    [['l', '0', 'c'], 'y', 'y', '"c":"y"', undefined],
    [['l', '1'], 'z', 'z', undefined, undefined],
    [[''], '', '', '"": ""', undefined],
  ]);
});

test.each([
  ['"text"', { start: 0, end: 6, text: 'text' }],
  ['\t\r\n-1.5e+3 ', { start: 3, end: 10 }],
  ['[ ]', { start: 0, end: 3, items: [] }],
  [
    '[0,1E9]',
    {
      start: 0,
      end: 7,
      items: [
        { start: 1, end: 2 },
        { start: 3, end: 6 },
      ],
    },
  ],
  ['{ }', { start: 0, end: 3, members: [] }],
  ['{"a":null }', { start: 0, end: 11, members: [{ key: 'a', start: 1, end: 9, value: { start: 5, end: 9 } }] }],
])('%s is a value with its place', (text, expected) => {
  expect(parseJsonTree(text)).toEqual(expected);
});

test.each([
  ['\uFEFF{}', 'line 1 starts with a byte order mark'],
  ['', 'line 1 is not valid JSON'],
  ['{\n"a" 1}', 'line 2 is not valid JSON'],
  ['{\n"a": 1,}', 'line 2 is not valid JSON'],
  ['{\na: 1}', 'line 2 is not valid JSON'],
  ['{"a": 1\n"b": 2}', 'line 2 is not valid JSON'],
  ['[1\n2]', 'line 2 is not valid JSON'],
  ['[1,\n]', 'line 2 is not valid JSON'],
  ['[\n', 'line 1 is not valid JSON'],
  ['{}\n{}', 'line 2 is not valid JSON'],
  ['\n"a', 'line 2 is not valid JSON'],
  ['\n"\\q"', 'line 2 is not valid JSON'],
  ['\n01', 'line 2 is not valid JSON'],
  ['\n1.', 'line 2 is not valid JSON'],
  ['\n+1', 'line 2 is not valid JSON'],
  ['\n-', 'line 2 is not valid JSON'],
  ['\nNaN', 'line 2 is not valid JSON'],
  [`${'['.repeat(102)}${']'.repeat(102)}`, 'line 1 is nested too deeply'],
  [`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, 'line 1 is nested too deeply'],
])('%j is rejected', (text, problem) => {
  expect(() => parseJsonTree(text)).toThrow(problem);
});

test('a value may be nested 100 levels deep', () => {
  expect(parseJsonTree(`${'['.repeat(100)}1${']'.repeat(100)}`)).toHaveProperty('items');
  expect(parseJsonTree(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)).toHaveProperty('members');
});
