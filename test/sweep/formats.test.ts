import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml } from '../../src/adapters/credential-files/read-yaml.ts';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';
import { parseToml } from '../../src/domain/formats/toml.ts';
import { getReader, planRemoval } from '../../src/domain/sweep/file-formats.ts';
import type { FileFormat } from '../../src/domain/sweep/known-file.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { hosts, tokens, words } from './secrets.ts';

/** A piece of a file: `path` is where its secret is found, unless it has none. */
interface Piece {
  readonly text: string;
  readonly secret?: string;
}

const line = (text: string): Piece => ({ text: `${text}\n` });
const entry = (text: string, secret: string): Piece => ({ text: `${text}\n`, secret });

/** For each format, pieces that make a valid file in any order: entries with a secret, and everything else. */
const pieces: Partial<Record<FileFormat, fc.Arbitrary<Piece>>> = {
  'credential-urls': fc.oneof(
    fc.tuple(hosts, words, tokens).map(([host, user, token]) => entry(`https://${user}:${token}@${host}`, token)),
    fc.constantFrom(line(''), line('# a comment'), line('not a URL'), line('https://host.example')),
  ),
  ini: fc.oneof(
    fc.tuple(words, tokens).map(([key, token]) => entry(`${key}=${token}`, token)),
    fc.tuple(words, tokens).map(([key, token]) => entry(`${key} :  ${token}  `, token)),
    fc.constantFrom(line(''), line('# c'), line('; c'), line('[a b]'), line('k = v w'), line('k =\n  v\n  w')),
  ),
  npmrc: fc.oneof(
    fc.tuple(hosts, tokens).map(([host, token]) => entry(`//${host}/:_authToken=${token}`, token)),
    fc.tuple(hosts, tokens).map(([host, token]) => entry(`//${host}/:_authToken = "${token}"`, token)),
    fc.constantFrom(line(''), line('; c'), line('[section]'), line('always-auth'), line('a[]=b')),
  ),
  'git-config': fc.oneof(
    fc.tuple(words, tokens).map(([key, token]) => entry(`\t${key} = ${token} # c`, token)),
    fc.tuple(words, tokens).map(([key, token]) => entry(`\t${key}="${token}"`, token)),
    fc.constantFrom(
      line('[a "b \\" c"]'),
      line('; c'),
      line('[a.b]'),
      line('\tk = a \\\n b'),
      line('\tbare'),
      line(''),
    ),
  ),
  toml: fc.oneof(
    fc.tuple(words, tokens).map(([key, token]) => entry(`${key} = "${token}" # c`, token)),
    fc.tuple(words, tokens).map(([key, token]) => entry(`a.'b c'.${key} = '${token}'`, token)),
    fc.constantFrom(
      line('[a."b.c"]'),
      line('[[x]]'),
      line('n = 1'),
      line('l = [\n "a", # ]\n]'),
      line('# c'),
      line(''),
    ),
  ),
  hcl: fc.oneof(
    fc.tuple(words, tokens).map(([key, token]) => entry(`${key} = "${token}" // c`, token)),
    fc.constantFrom(
      line('# c'),
      line('/* c\n c */'),
      line('b "l" {\n  k = "v"\n  c {}\n}'),
      line('l = ["a", "b"]'),
      line(''),
    ),
  ),
};

const topLevel: Partial<Record<FileFormat, string>> = {
  ini: '[top]\n',
  'git-config': '[top]\n',
  'credential-urls': 'https://host.example\n',
};

describe.each(Object.keys(pieces) as FileFormat[])('%s', (format) => {
  const read = getReader(format, readYaml);

  test('finds every secret at its place, and removing any of them leaves the rest as it is, byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(pieces[format] as fc.Arbitrary<Piece>),
        fc.infiniteStream(fc.boolean()),
        (parts, choices) => {
          const all = [{ text: topLevel[format] ?? '' }, ...parts];
          const text = all.map((part) => part.text).join('');
          const leaves = read(text);
          if (isFault(leaves)) throw new Error(`line ${leaves.line}`);
          const secrets = parts.flatMap(({ secret }) => secret ?? []);
          const found = leaves.filter(({ value }) => secrets.includes(value));
          expect(found.map(({ value }) => value)).toEqual(secrets);
          for (const { range, value } of found) expect(text.slice(range.start, range.end)).toBe(value);

          const removed = found.filter(() => choices.next().value);
          const edits = planRemoval(format, text, removed);
          const rest = all.filter((part) => !removed.some(({ value }) => value === (part as Piece).secret));
          const changed = applyEdits(text, edits ?? []);
          // An indented line after a removed key would continue the key above it, so such a key isn't removed.
          if (edits !== undefined) expect(changed).toBe(rest.map((part) => part.text).join(''));
          for (const { value } of edits === undefined ? [] : removed) expect(changed).not.toContain(value);
        },
      ),
      { numRuns: fastOrSlow(200, 5000) },
    );
  });
});

describe('json', () => {
  const read = getReader('json', readYaml);

  test('a removal leaves the same value without the removed members, formatted as before', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        tokens,
        fc.jsonValue({ maxDepth: 1 }),
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.dictionary(words, tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(
        values.object,
        fc.constantFrom(0, 1, 2, '\t'),
        fc.infiniteStream(fc.boolean()),
        (value, indent, choices) => {
          const text = JSON.stringify(value, undefined, indent);
          const leaves = read(text);
          if (isFault(leaves)) throw new Error(`line ${leaves.line}`);
          const removed = leaves.filter(({ entry }) => entry !== undefined && choices.next().value);
          const edits = planRemoval('json', text, removed) ?? [];
          const expected = structuredClone(value) as Record<string, unknown>;
          for (const { path } of removed) removeAt(expected, path);
          const changed = applyEdits(text, edits);
          expect(JSON.parse(changed)).toEqual(expected);
          expect(changed.replace(/\{\s+\}/g, '{}')).toBe(JSON.stringify(expected, undefined, indent));
        },
      ),
      { numRuns: fastOrSlow(200, 5000) },
    );
  });

  test('reads what JSON.parse reads, and rejects what it rejects', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let isValid = true;
        try {
          JSON.parse(text);
        } catch {
          isValid = false;
        }
        if (text.trim() !== '') expect(isFault(read(text))).toBe(!isValid);
      }),
    );
  });
});

function removeAt(value: unknown, [key = '', ...rest]: readonly string[]): void {
  const object = value as Record<string, unknown>;
  if (rest.length === 0) delete object[key];
  else removeAt(object[key], rest);
}

test('yaml: an entry is removed with its lines, and only in block style', () => {
  const text = 'a:\n  # c\n  token: "x y"   # gone too\n  b: {token: z}\n- not yaml'.replace('\n- not yaml', '\n');
  const leaves = readYaml(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(
    leaves.map(({ path, value, entry }) => [path.join('.'), value, entry && text.slice(entry.start, entry.end)]),
  ).toEqual([
    ['a.token', 'x y', '  token: "x y"   # gone too\n'],
    ['a.b.token', 'z', undefined],
  ]);
  const [first] = leaves;
  expect(applyEdits(text, planRemoval('yaml', text, first ? [first] : []) ?? [])).toBe('a:\n  # c\n  b: {token: z}\n');
});

test('yaml: a block scalar is removed whole; an alias is not followed; several documents are read, and an anchor stays', () => {
  const text = 'a: |\n  one\n  two\nb: &x secret\n---\nc: *x\nd: 1\n';
  expect(readYaml('a: |\n  one\n  two\nb: x\n')).toMatchObject([{ entry: { start: 0, end: 17 } }, { value: 'x' }]);
  const leaves = readYaml(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(leaves.map(({ path, entry }) => [path.join(), entry !== undefined])).toEqual([
    ['a', true],
    ['b', false],
    ['d', true],
  ]);
});

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
