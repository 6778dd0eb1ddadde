import { expect, test } from 'vitest';
import {
  findIniEntries,
  type IniDialect,
  looseIni,
  parseIni,
  pythonIni,
  readIni,
  readNpmrc,
  readOptionFile,
} from '../../src/domain/formats/ini.ts';
import { isFault, type LeafReader } from '../../src/domain/formats/leaf.ts';

function find(read: LeafReader, text: string): readonly string[] | number {
  const leaves = read(text);
  return isFault(leaves) ? leaves.line : leaves.map(({ path, value }) => `${path.join('|')}=${value}`);
}

/** Values that contain the start of a section or of a comment. */
const lines = '[sect]\na = [b]\nc = d#e;f!g\n';

test.each<[string, LeafReader, string, readonly string[]]>([
  ['Python', readIni, lines, ['sect|a=[b]', 'sect|c=d#e;f!g']],
  ['npm', readNpmrc, lines, ['sect|a=[b]', 'sect|c=d#e;f!g']],
  ['MySQL', readOptionFile, lines, ['sect|a=[b]', 'sect|c=d#e;f!g']],
  ['npm', readNpmrc, `a = "b c"\nd = 'e'\nf = ""\n`, ['a=b c', 'd=e', 'f=']],
  ['MySQL', readOptionFile, `a = "b c"\nd = 'e'\nf = ""\n`, ['a=b c', 'd=e', 'f=']],
  ['npm', readNpmrc, `a = "b"c\nd = e"f"\ng = "h'\ni = "\n`, ['a="b"c', 'd=e"f"', `g="h'`, 'i="']],
  ['MySQL', readOptionFile, `a = "b"c\nd = e"f"\ng = "h'\ni = "\n`, ['a="b"c', 'd=e"f"', `g="h'`, 'i="']],
])(
  'as %s does, quotation marks and what only looks like a section or a comment are read',
  (_, read, text, expected) => {
    expect(find(read, text)).toEqual(expected);
  },
);

test.each<[string, string]>([
  ['\uFEFF[a]\n', 'line 1 starts with a byte order mark'],
  ['# c\nk = v\n[a]\n', 'line 2 comes before the first section'],
  ['[a]\nk\n', 'line 2 has no "="'],
  ['[a]\n[b]\n[a]\n', 'line 3 repeats a section'],
  ['[a]\nk = 1\nK : 2\n', 'line 3 repeats a key'],
])('%j is rejected in Python: %s', (text, message) => {
  expect(() => parseIni(text, pythonIni)).toThrow(message);
});

test('a byte order mark is only rejected at the start, and by Python', () => {
  expect(parseIni('[a]\nk = \uFEFF', pythonIni).entries).toHaveLength(1);
  expect(parseIni('\uFEFFk = v', looseIni).entries).toMatchObject([{ key: 'k' }]);
});

test('a comment behind a value begins with a blank and a semicolon, if the dialect has such comments', () => {
  const text = '[a]\nk = v ; c ; d\nl = v;w\nm = ;x\n';
  const read = (dialect: IniDialect) => parseIni(text, dialect).entries.map(({ value }) => value);
  expect(read({ ...pythonIni, hasInlineComments: true })).toEqual(['v', 'v;w', '']);
  expect(read(pythonIni)).toEqual(['v ; c ; d', 'v;w', ';x']);
});

test('a key is found in its section only', () => {
  const ini = parseIni('k = 0\n[a]\nk = 1\n[b]\nk = 2\nl = 3\n', looseIni);
  expect(findIniEntries(ini, 'b', 'k')).toMatchObject([{ value: '2' }]);
  expect(findIniEntries(ini, undefined, 'k')).toMatchObject([{ value: '0' }]);
});
