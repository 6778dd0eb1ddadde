import { expect, test } from 'vitest';
import { parseHcl, readHcl } from '../../src/domain/formats/hcl.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';

/** The keys of each value, the value, and the texts of its line and of its block if they can be removed. */
function read(text: string) {
  const leaves = readHcl(text);
  if (isFault(leaves)) return leaves.line;
  const slice = (range: { start: number; end: number } | undefined) => range && text.slice(range.start, range.end);
  for (const { value, range } of leaves) if (!value.includes('\\')) expect(text).toContain(slice(range));
  return leaves.map(({ path, value, entry, owner }) => [path.join(' '), value, slice(entry), slice(owner)]);
}

const values = (text: string) => {
  const found = read(text);
  return typeof found === 'number' ? found : found.map(([path, value]) => `${path}=${value}`);
};

const call = `\${f("y", "z")}`;

test.each<[string, string, readonly string[]]>([
  ['escapes', String.raw`a = "x\"y\\z\n\t\r\q"`, ['a=x"y\\z\n\t\rq']],
  ['expressions, unchanged', `a = "x${call}$w"`, [`a=x${call}$w`]],
  ['numbers and booleans', 'a = 1\nb = -1.5e+3\nc = true\nd = false\ne = .5\nf = "x"', ['f=x']],
  ['comments', '# a = "1"\n// b = "2"\n/* c = "3"\n*/ d = "4" # e = "5"\n', ['d=4']],
  ['texts of several lines', 'a = <<E\nb = "1"\n E x\n\tE \nc = <<-END\r\nd = "2"\r\nEND\r\ne = "3"', ['e=3']],
  ['a byte order mark', '\uFEFFa = "1"', ['a=1']],
  ['names with digits, dots and hyphens', 'a_1.b-c = "1"\n"d e" = "2"', ['a_1.b-c=1', 'd e=2']],
  ['labels', 'b "c" d {\n e = "1"\n}\n', ['b c d e=1']],
  ['lists, and commas at their end', 'a = ["1", 2, "3",]\nb = "4"', ['a=1', 'a=3', 'b=4']],
  ['lists in lists', 'a = [["1"], ["2"]]', ['a=1', 'a=2']],
  ['objects', 'a = { b = "1", c { d = "2" } }\ne = "3"', ['a b=1', 'a c d=2', 'e=3']],
  ['objects in lists', 'a = [{ b = "1" }, { c = "2" }]', ['a b=1', 'a c=2']],
  ['an empty file', ' \r\n\t', []],
])('of %s, the strings on one line are read', (_, text, expected) => {
  expect(values(text)).toEqual(expected);
});

test.each([
  ['a = "1"\n', 'a = "1"\n', undefined],
  ['x {}\n \ta = "1" # c\r\ny {}', ' \ta = "1" # c\r\n', undefined],
  ['a = "1" // c', 'a = "1" // c', undefined],
  ['n = 1 a = "1"', undefined, undefined],
  ['a = "1" n = 1', undefined, undefined],
  ['b {\n  a = "1"\n}\n', '  a = "1"\n', 'b {\n  a = "1"\n}\n'],
  ['x {}\n b "l" { a = "1" } # c\ny {}', undefined, ' b "l" { a = "1" } # c\n'],
  ['b {\n c {\n  a = "1"\n }\n}', '  a = "1"\n', ' c {\n  a = "1"\n }\n'],
  ['b {\n a = "1"\n} c {}', ' a = "1"\n', undefined],
])('of %j, the line that can be removed is %j, and the block %j', (text, entry, owner) => {
  const found = read(text);
  expect(found).toMatchObject([[expect.anything(), '1', entry, owner]]);
});

test.each<[string, string, string?]>([
  ['a name without a value', 'a'],
  ['a name for a value', 'a = b'],
  ['a name behind the equals sign of another one', 'a = b = "1"'],
  ['two names before an equals sign', 'a b = "1"'],
  ['an equals sign in a list', 'a = [=]'],
  ['an equals sign without a name', '= "1"'],
  ['a value without a name', '1'],
  ['two equals signs', 'a = = "1"'],
  ['a name before a value', 'a = b "1"'],
  ['a missing value', 'a ='],
  ['a missing value in a block', 'b { a = }'],
  ['a name without a value in a block', 'b { a }'],
  ['a block without a name', '{}'],
  ['a list without a name', '[]'],
  ['a comma outside of a list', 'a = , "1"'],
  ['a comma behind a name', 'a ,'],
  ['an end without its start', '}', 'has a "}" without its pair'],
  ['an end of another kind', 'a = [}', 'has a "}" without its pair'],
  ['an end of another kind', 'a {]', 'has a "]" without its pair'],
  ['a block without an end', 'a {', 'ends in the middle of a block'],
  ['a string without an end', 'a = "1'],
  ['another character', 'a = ?'],
  ['101 levels', `${'a {'.repeat(101)}${'}'.repeat(101)}`, 'is nested too deeply'],
  ['101 labels', `a${' "b"'.repeat(100)} {}`, 'is nested too deeply'],
])('%s is a fault', (_, fault, why = 'is not valid HCL') => {
  const text = `x = "1"\n${fault}\n`;
  expect(read(text)).toBe(2);
  expect(() => parseHcl(text)).toThrow(`line 2 ${why}`);
});

test('a text of several lines without an end is a fault in its first line', () => {
  expect(() => parseHcl('a = <<E\nb\n')).toThrow('line 2 is in a text without an end');
});

test('100 levels are read', () => {
  expect(values(`${'a {'.repeat(100)}k = "1"${'}'.repeat(100)}`)).toEqual([`${'a '.repeat(100)}k=1`]);
});
