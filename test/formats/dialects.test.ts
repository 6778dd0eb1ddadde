import { expect, test } from 'vitest';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { parseIni, pythonIni } from '../../src/domain/formats/ini.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';
import { hasTomlTable, parseToml } from '../../src/domain/formats/toml.ts';
import { getReader, planRemoval } from '../../src/domain/sweep/file-formats.ts';
import { parseYaml, readYaml } from '../support/yaml.ts';

test('netrc: one line or several, quotation marks, comments, macros, and a password that begins with a hash', () => {
  const text = [
    '# machine no login no password no',
    'machine a.example login alice password #hash',
    'machine b.example',
    '\tlogin "bob b" # comment',
    '\tpassword "x \\" y"',
    'macdef init',
    'password macro',
    '',
    'default login d password e',
  ].join('\n');
  const leaves = getReader('netrc', readYaml)(text);
  expect(leaves).toMatchObject([
    { path: ['a.example', 'alice'], value: '#hash' },
    { path: ['b.example', 'bob b'], value: 'x " y' },
    { path: ['default', 'd'], value: 'e' },
  ]);
  expect(getReader('netrc', readYaml)('this is prose')).toEqual({ line: 1 });
  // Other blanks separate words too.
  for (const blank of ['\f', '\v', '\u00a0', '\ufeff'])
    expect(getReader('netrc', readYaml)(`machine ${blank}h login a ${blank} password b`)).toMatchObject([
      { value: 'b' },
    ]);
});

test('pgpass: colons and backslashes are escaped', () => {
  const read = getReader('pgpass', readYaml);
  expect(read('# c\nhost:5432:*:al\\:ice:pa\\:ss\\\\\n')).toMatchObject([
    { path: ['host', '*', 'al:ice'], value: 'pa:ss\\' },
  ]);
  expect(read('one:two\n')).toEqual({ line: 1 });
});

test('toml: arrays, inline tables, strings of several lines and escapes are read; what TOML rejects is a fault', () => {
  const read = getReader('toml', readYaml);
  expect(
    read('[[c]]\np = "a\\u0041b\\n"\n[[c]]\nt = { x = "1", y.z = \'2\' }\nl = [["3"], { m = "4" }]\n'),
  ).toMatchObject([
    { path: ['c', '0', 'p'], value: 'aAb\n' },
    { path: ['c', '1', 't', 'x'], value: '1' },
    { path: ['c', '1', 't', 'y', 'z'], value: '2' },
    { path: ['c', '1', 'l', '0', '0'], value: '3' },
    { path: ['c', '1', 'l', '1', 'm'], value: '4' },
  ]);
  const text = 'a = """\nb\\\n  c"d\n""" # e\nf = \'\'\'g\'\'\'\n';
  const leaves = read(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ value }) => value)).toEqual(['bc"d\n', 'g']);
  expect(applyEdits(text, planRemoval('toml', text, leaves.slice(0, 1)) ?? [])).toBe("f = '''g'''\n");
  for (const fault of ['a = "b" c', 'a = "\\q"', 'a = """', 'a = {', 'a', `a = ${'['.repeat(100_000)}`]) {
    expect(read(`x = 1\n${fault}\n`)).toEqual({ line: 2 });
  }
});

test('toml: the range of a string is what its marks enclose, of one line or several', () => {
  const text = 'a = "1"\nb = \'2\'\nc = """3"""\nd = \'\'\'4\'\'\'\ne = ""\n';
  const leaves = getReader('toml', readYaml)(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ range }) => text.slice(range.start, range.end))).toEqual(['1', '2', '3', '4', '']);
});

test('toml: a string is removed with its line and indentation; one in an array or an inline table is not removed', () => {
  const text = '[a]\n  b = "1"\n  c = ["2"]\n\td = { e = "3" }\n';
  const leaves = getReader('toml', readYaml)(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ entry }) => entry && text.slice(entry.start, entry.end))).toEqual([
    '  b = "1"\n',
    undefined,
    undefined,
  ]);
});

test.each([
  ['[[a]]\nk = 1\n[[a]]\nk = 1\n', undefined],
  ['[[a]]\n[[a.b]]\nk = 1\n[[a.b]]\nk = 1\n[[a]]\n[[a.b]]\nk = 1\n', undefined],
  ['[a.b]\n[a]\nk = 1\n', undefined],
  ['k = 1\n[a]\nk = 1\n[a.b]\nk = 1\n', undefined],
  ['[[a]]\nk = 1\nk = 2\n', 3],
  ['[a]\n[a]\n', 2],
  ['[a]\nb = 1\n[a.b]\n', 3],
  ['a.b = 1\n[a]\nb = 1\n', 3],
])('toml: %j defines a key twice in line %s', (text, line) => {
  const parse = () => parseToml(text);
  if (line === undefined) expect(parse).not.toThrow();
  else expect(parse).toThrow(`line ${line} defines a key twice`);
});

test('toml: a table exists if it has a header or a key, or a table below it does', () => {
  const has = (text: string) => hasTomlTable(parseToml(text), 'a', 'b');
  for (const text of ['[a.b]\n', '[a.b.c]\n', 'x = 1\na.b.c = 1\n', '[x]\n[a]\nb.c = 1\n'])
    expect(has(text), text).toBe(true);
  for (const text of ['', '[a]\n', '[x]\nb = 1\n', '[a.x.b]\n', 'x.a.b = 1\n']) expect(has(text), text).toBe(false);
});

test('toml: a table of an array may come again in its next item, but not twice in one', () => {
  const item = '[[a]]\n[a.b]\nk = 1\n';
  expect(parseToml(item + item).tables).toHaveLength(4);
  expect(() => parseToml(`${item}[a.b]\n`)).toThrow('line 4 defines a key twice');
});

test('hcl: the owner of a value is its whole block', () => {
  const text = 'a = "b"\ncredentials "h.example" {\n  token = "t"\n}\n';
  const leaves = getReader('hcl', readYaml)(text);
  if (isFault(leaves)) throw new Error('invalid');
  const found = leaves.filter(({ path }) => path.join(' ') === 'credentials h.example token');
  expect(applyEdits(text, planRemoval('hcl', text, found, 'owner') ?? [])).toBe('a = "b"\n');
});

test('hcl: names may be on lines of their own, values in lists and several on a line, as Terraform accepts them', () => {
  const read = getReader('hcl', readYaml);
  const call = `\${f("5")}`;
  const text = `l = [\n"1",\n{ a = "2" }]\ncredentials\n"h.example"\n{ token =\n"3" b = "4" }\nh = <<E\nx {\nE\ni = "${call}"`;
  expect(read(text)).toMatchObject([
    { path: ['l'], value: '1' },
    { path: ['l', 'a'], value: '2' },
    { path: ['credentials', 'h.example', 'token'], value: '3' },
    { path: ['credentials', 'h.example', 'b'], value: '4' },
    { path: ['i'], value: call },
  ]);
  for (const fault of ['b', 'b = c', 'b "c" = 1', '= 1', 'b = [}', 'b { c }', '}', 'b = <<E', '"', 'b {'.repeat(1e5)]) {
    expect(read(`a = 1\n${fault}`), fault).toEqual({ line: 2 });
  }
});

test('hcl: a block on a line with another one has no owner, not even the block around both', () => {
  const leaves = getReader('hcl', readYaml)('credentials { "a" { token = "1" } "b" { token = "2" } }\n');
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ value, owner }) => [value, owner])).toEqual([
    ['1', undefined],
    ['2', undefined],
  ]);
});

test('git-config: a subsection after a dot, values on two lines, and faults are as in git', () => {
  const read = getReader('git-config', readYaml);
  expect(read('k = 1\n[Remote.Origin]\nURL = a\\\n  b # c\n[a.b "c"]\nx = "y"\n[d] bare')).toMatchObject([
    { path: ['k'], value: '1' },
    { path: ['remote', 'origin', 'url'], value: 'a  b' },
    { path: ['a', 'b.c', 'x'], value: 'y' },
  ]);
  for (const text of ['[a]\n\tk = b\\q\n', '[a]\n[ b ]\n', '[a]\n\tk = "b\n', '[a]\n= b\n']) {
    expect(read(text)).toEqual({ line: 2 });
  }
});

test("ini: sections, comments, quotation marks and continued values are as in Python's configparser", () => {
  const read = getReader('ini', readYaml);
  const leaves = read('[ a ]]\n  K: "v"\n  !x = y\nk = v\n\n  # c\n w\nk = z\n');
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ path, value, entry }) => [path.join('|'), value, entry !== undefined])).toEqual([
    [' a ]|k', '"v"', true],
    [' a ]|!x', 'y', true],
    [' a ]|k', 'v', false],
    [' a ]|k', 'w', false],
    [' a ]|k', 'z', true],
  ]);
  for (const text of ['[a]\n[]\n', '[a]\n= b\n', '[a]\nb\n']) expect(read(text)).toEqual({ line: 2 });
});

test('npmrc and option files: only the lines that their programs read as sections and comments are some', () => {
  expect(getReader('npmrc', readYaml)('[a] x\n!k = "v"\n')).toMatchObject([{ path: ['!k'], value: 'v' }]);
  expect(getReader('option-file', readYaml)('[ a ] x\n!include b = c\nk = v\n')).toMatchObject([
    { path: ['a', 'k'], value: 'v' },
  ]);
});

test('a repeated key is read by sweep, which looks for secrets, and rejected by setup, as by the tools', () => {
  const ini = '[a]\nk = 1\nK = 2\n';
  expect(getReader('ini', readYaml)(ini)).toMatchObject([{ value: '1' }, { value: '2' }]);
  expect(() => parseIni(ini, pythonIni)).toThrow('line 3 repeats a key');
  const toml = 'k = "1"\nk = "2"\n';
  expect(getReader('toml', readYaml)(toml)).toMatchObject([{ value: '1' }, { value: '2' }]);
  expect(() => parseToml(toml)).toThrow('line 2 defines a key twice');
  const yaml = 'k: 1\nk: 2\n';
  expect(readYaml(yaml)).toMatchObject([{ value: '1' }, { value: '2' }]);
  expect(() => parseYaml(yaml)).toThrow('line 2 is not valid YAML (DUPLICATE_KEY)');
  expect(getReader('json', readYaml)('{"k":"1","k":"2"}')).toMatchObject([{ value: '1' }, { value: '2' }]);
});
