import { describe, expect, test } from 'vitest';
import { applyEdits, type Edit } from '../../src/domain/formats/edits.ts';
import {
  addBeforeEntry,
  addToSection,
  formatGitValue,
  type GitEntry,
  parseGitConfig,
  readGitConfig,
  removeGitEntry,
} from '../../src/domain/formats/git-config.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';

/** What `git config --list` prints for these texts, with each value as it's written. */
test.each<[text: string, entries: readonly (readonly [key: string, value?: string, written?: string])[]]>([
  ['\uFEFF[A]\nB = c\n', [['a|b', 'c', 'c']]],
  ['[a] b = c', [['a|b', 'c', 'c']]],
  ['b=c\n', [['|b', 'c', 'c']]],
  ['[A "B c"]\nk=v', [['a.B c|k', 'v', 'v']]],
  ['[A \t "B\\"\\\\\\x"]\nk=v', [['a.B"\\x|k', 'v', 'v']]],
  ['[A.B]\nk=v', [['a.b|k', 'v', 'v']]],
  ['[a]\n\tk \t=\t v \t\r\n', [['a|k', 'v', 'v']]],
  ['[a]\nk = v\t w # c\n', [['a|k', 'v\t w', 'v\t w']]],
  [
    '[a]\nk = v;c\nl = w',
    [
      ['a|k', 'v', 'v'],
      ['a|l', 'w', 'w'],
    ],
  ],
  [
    '[a]\nk = "v # ;" # c\r\nl = w',
    [
      ['a|k', 'v # ;', '"v # ;"'],
      ['a|l', 'w', 'w'],
    ],
  ],
  ['[a]\nk = " v "x" "\n', [['a|k', ' v x ', '" v "x" "']]],
  ['[a]\nk = \\"\\\\\\n\\t\\b\n', [['a|k', '"\\\n\t\b', '\\"\\\\\\n\\t\\b']]],
  ['[a]\nk = b\\\n  c\n', [['a|k', 'b  c', 'b\\\n  c']]],
  ['[a]\nk = b\\\r\nc\r\n', [['a|k', 'bc', 'b\\\r\nc']]],
  ['[a]\nk = \\\n v\n', [['a|k', 'v', '\\\n v']]],
  ['[a]\nk =\nl\nm \t\n', [['a|k', '', ''], ['a|l'], ['a|m']]],
  ['[a]\nk = # c\n', [['a|k', '', '']]],
  ['[a] # c\n; d\r\n# e', []],
  ['[a]\nk = b\\', [['a|k', 'b', 'b\\']]],
])('%j has the variables that git reads', (text, expected) => {
  const entries = parseGitConfig(text).entries.map(({ section, name, value, valueRange }) =>
    value === undefined
      ? [`${section}|${name}`]
      : [`${section}|${name}`, value, text.slice(valueRange.start, valueRange.end)],
  );
  expect(entries).toEqual(expected);
});

test.each([
  ['[a]\n[a b]\n', 'line 2 has an invalid section header'],
  ['[a "b\nc"]\n', 'line 1 has an invalid section header'],
  ['[a]\nb # c\n', 'line 2 has an invalid key'],
  ['[a "b]\n', 'line 1 has an invalid section header'],
  ['[a]\n1 = b\n', 'line 2 has an invalid key'],
  ['[a]\nb c\n', 'line 2 has an invalid key'],
  ['[a]\nb = \\q\n', 'line 2 has an invalid escape'],
  ['[a]\nb = "c\n', 'line 2 has a quotation mark without its pair'],
])('%j is rejected, as by git', (text, problem) => {
  expect(() => parseGitConfig(text)).toThrow(problem);
});

test('a line that is added behind a value that is not complete would be part of it', () => {
  for (const text of ['[a]\nk = b\\', '[a]\nk = b\\\n', '[a]\nk = b\\\r\n']) {
    expect(parseGitConfig(text).isOpen, text).toBe(true);
  }
  for (const text of ['', '[a]', '[a]\nk', '[a]\nk = b', '[a]\nk = b\\n', '[a]\nk = b\\\nc', '[a]\nk = b\\\nc\nl']) {
    expect(parseGitConfig(text).isOpen, text).toBe(false);
  }
});

describe('sweep', () => {
  const read = (text: string) => {
    const leaves = readGitConfig(text);
    if (isFault(leaves)) throw new Error('invalid');
    return leaves.map(({ path, range, entry }) => [
      path.join('|'),
      text.slice(range.start, range.end),
      entry && text.slice(entry.start, entry.end),
    ]);
  };

  test('finds values in sections and subsections, without the marks around a whole value', () => {
    expect(read('x=0\n')).toEqual([['x', '0', 'x=0\n']]);
    expect(read('[A "b.c"]\nk = "1"\n[a]\nl = 2 "3"\nm\nn = "4" 5\no = "6\\\\"\n')).toEqual([
      ['a|b.c|k', '1', 'k = "1"\n'],
      ['a|l', '2 "3"', 'l = 2 "3"\n'],
      ['a|n', '"4" 5', 'n = "4" 5\n'],
      ['a|o', '"6\\\\"', 'o = "6\\\\"\n'],
    ]);
  });

  test('removes a value with its line and comment, unless a header or another line belongs to it', () => {
    expect(read('[a] k = 1\n\tl = 2 # c\r\nm = 3;d\nn = 4\\\n5\no = 6')).toEqual([
      ['a|k', '1', undefined],
      ['a|l', '2', '\tl = 2 # c\r\n'],
      ['a|m', '3', 'm = 3;d\n'],
      ['a|n', '4\\\n5', undefined],
      ['a|o', '6', 'o = 6'],
    ]);
  });
});

test.each([
  ['a b', 'a b'],
  ['/x y/z', '/x y/z'],
  [' a', '" a"'],
  ['a ', '"a "'],
  ['a;b', '"a;b"'],
  ['a#b', '"a#b"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['a\nb\tc\nd\te', '"a\\nb\\tc\\nd\\te"'],
])('%j is written as %s, which git reads as the same', (value, written) => {
  expect(formatGitValue(value)).toBe(written);
  expect(parseGitConfig(`a = ${written}\n`).entries).toMatchObject([{ value }]);
});

describe('an edit', () => {
  const edit = (text: string, change: (entry: GitEntry) => Edit) => {
    const entry = parseGitConfig(text).entries.at(-1);
    return entry && applyEdits(text, [change(entry)]);
  };

  test.each([
    ['[a]\nk = 1\n', '[a]\nnew\nk = 1\n'],
    ['[a]\r\n \tk = 1\r\n', '[a]\r\n \tnew\r\n \tk = 1\r\n'],
    ['[a] k = 1', '[a] \n\tnew\n\tk = 1'],
    ['k', 'new\nk'],
  ])('adds a line before the last variable of %j, as it is indented', (text, expected) => {
    expect(edit(text, (entry) => addBeforeEntry(text, entry, 'new'))).toBe(expected);
  });

  test.each([
    ['[a]', '[a]\n\tnew'],
    ['[a] \t# c\r\nk\r\n', '[a] \t# c\r\n\tnew\r\nk\r\n'],
    ['[a];c\nk', '[a];c\n\tnew\nk'],
    ['[a] k = 1\n', '[a]\n\tnew\n\t k = 1\n'],
    ['[a]k=1;c\n', '[a]\n\tnew\n\tk=1;c\n'],
  ])('adds a line as the first one of the section of %j', (text, expected) => {
    const [section] = parseGitConfig(text).sections;
    expect(section && applyEdits(text, [addToSection(text, section, 'new')])).toBe(expected);
  });

  test.each([
    ['[a]\n \tk = 1\nl', '[a]\n \tk = 1\n'],
    ['[a]\n \tk = 1\n', '[a]\n'],
    ['[a]\r\nj\r\nk = 1\r\n[b]\r\n', '[a]\r\nj\r\n[b]\r\n'],
    ['[a] k = 1\n', '[a] \n'],
    ['[a]\nk\n', '[a]\n'],
  ])('removes the last variable of %j, with its line if it is alone there', (text, expected) => {
    expect(edit(text, (entry) => removeGitEntry(text, entry))).toBe(expected);
  });
});
