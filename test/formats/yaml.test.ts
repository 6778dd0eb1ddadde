import { expect, test } from 'vitest';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';
import { findYamlText } from '../../src/domain/formats/yaml.ts';
import { planRemoval } from '../../src/domain/sweep/file-formats.ts';
import { parseYaml, readYaml } from '../support/yaml.ts';

/** Each value with its keys, the text in its range, and the text of its entry. */
function read(text: string) {
  const leaves = readYaml(text);
  if (isFault(leaves)) return leaves;
  return leaves.map(({ path, value, range, entry }) => [
    path.join('.'),
    value,
    text.slice(range.start, range.end),
    entry && text.slice(entry.start, entry.end),
  ]);
}

test.each([
  ['a: b', [['a', 'b', 'b', 'a: b']]],
  ['a: "b\\tc"\n', [['a', 'b\tc', 'b\\tc', 'a: "b\\tc"\n']]],
  ["a: 'b''c'\n", [['a', "b'c", "b''c", "a: 'b''c'\n"]]],
  [
    'x: 1\na: b\n',
    [
      ['x', '1', '1', 'x: 1\n'],
      ['a', 'b', 'b', 'a: b\n'],
    ],
  ],
  ['a: true\nb: null\nc:\nd: yes\n', [['d', 'yes', 'yes', 'd: yes\n']]],
  [
    'a: [x, {n: y}]\n',
    [
      ['a.0', 'x', 'x', undefined],
      ['a.1.n', 'y', 'y', undefined],
    ],
  ],
  [
    '- name: n\n  t: v\n',
    [
      ['n.name', 'n', 'n', undefined],
      ['n.t', 'v', 'v', '  t: v\n'],
    ],
  ],
  [
    '- name: 5\n  t: v\n',
    [
      ['0.name', '5', '5', undefined],
      ['0.t', 'v', 'v', '  t: v\n'],
    ],
  ],
  ['? [k]\n: v\n', [['?', 'v', 'v', undefined]]],
  [
    'a: >\n  x\n  y\nb: z\n',
    [
      ['a', 'x y\n', '>\n  x\n  y\n', 'a: >\n  x\n  y\n'],
      ['b', 'z', 'z', 'b: z\n'],
    ],
  ],
  ['just a text\n', [['', 'just a text', 'just a text', undefined]]],
  ['# nothing\n', []],
  ['a: 0123\n', [['a', '0123', '0123', 'a: 0123\n']]],
] as const)('%j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('invalid YAML is a fault, with its line', () => {
  expect(readYaml('a: b\nc: [d\n')).toEqual({ line: 3 });
  expect(readYaml('a: b\n\tc: d\n')).toMatchObject({ line: 2 });
  for (const nested of ['[', '{a: ', '- ', '? ', '[{a: [']) {
    expect(readYaml(nested.repeat(100_000))).toEqual({ line: 1 });
  }
  const steps = [...Array(1000).keys()].map((depth) => `${' '.repeat(depth)}a:\n`).join('');
  expect(readYaml(steps)).toEqual({ line: 1 });
});

test('an entry is removed with its lines, and only in block style', () => {
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

test('a block scalar is removed whole; an alias is not followed; several documents are read, and an anchor stays', () => {
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

test.each([
  ['a: 1\n---\nb: 2\n', 'it has several documents'],
  ['a: &x 1\nb:\n- *x\n', 'line 3 has an alias, which keystow does not edit'],
  ['a:\n  ? [k]\n  : v\n', 'line 2 has a key that is not a text, which keystow does not edit'],
  ['a: 1\nb: {c: 1, c: 2}\n', 'line 2 is not valid YAML (DUPLICATE_KEY)'],
  ['a: 1\nb: [\n', 'is not valid YAML'],
  ['['.repeat(100_000), 'it is nested too deeply'],
])('setup leaves %j alone', (text, message) => {
  expect(() => parseYaml(text)).toThrow(expect.objectContaining({ code: 'file-damaged' }));
  expect(() => parseYaml(text)).toThrow(message);
});

test.each(['', '# nothing\n', 'null\n', '---\n'])('setup takes %j for a map without entries', (text) => {
  expect(parseYaml(text)).toMatchObject({ kind: 'map', entries: [] });
});

test('a file may have more than 100 brackets, dashes and spaces, but not as many levels', () => {
  for (const line of ['- [a, {b: c}]\n', '- - a\n', '- {b: [c]}\n', '-     a\n']) {
    expect(isFault(readYaml(line.repeat(200))), line).toBe(false);
  }
  const text = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}\n`;
  expect(isFault(readYaml(text(100)))).toBe(false);
  expect(isFault(readYaml(`- "]]]}"\n- ${text(99)}`))).toBe(false);
  const tooDeep = [text(101), '{a: '.repeat(101), '- '.repeat(101), '[{a: '.repeat(51), `a: "${'['.repeat(101)}"`];
  for (const deep of tooDeep) expect(() => parseYaml(deep), deep).toThrow('it is nested too deeply');
});

test('each value has its kind, its style and its place', () => {
  const text = 'a: {b: 1}\nc: [true]\nd:\n- "x"\n- >-\n  y\ne:\n  f: &g z\nh:\ni: ~\n';
  const scalar = (type: string, value: string, style = 'plain', hasAnchor = false) => ({
    kind: 'scalar',
    ...{ type, value, style, hasAnchor },
  });
  const root = parseYaml(text);
  expect(root).toMatchObject({
    kind: 'map',
    isFlow: false,
    entries: [
      { key: 'a', value: { kind: 'map', isFlow: true, entries: [{ key: 'b', value: scalar('number', '1') }] } },
      { key: 'c', value: { kind: 'list', isFlow: true, items: [scalar('boolean', 'true')] } },
      {
        key: 'd',
        value: { kind: 'list', isFlow: false, items: [scalar('text', 'x', 'quoted'), scalar('text', 'y', 'block')] },
      },
      {
        key: 'e',
        value: { kind: 'map', isFlow: false, entries: [{ key: 'f', value: scalar('text', 'z', 'plain', true) }] },
      },
      { key: 'h', value: scalar('null', '') },
      { key: 'i', value: scalar('null', '') },
    ],
  });
  const starts = root.kind === 'map' ? root.entries.map(({ keyStart }) => text[keyStart]) : [];
  expect(starts).toEqual(['a', 'c', 'd', 'e', 'h', 'i']);
});

test.each([
  ['a: |\n  x', [['a', 'x\n', '|\n  x', 'a: |\n  x']]],
  [
    'a: |-\n  x\nb: y',
    [
      ['a', 'x', '|-\n  x\n', 'a: |-\n  x\n'],
      ['b', 'y', 'y', 'b: y'],
    ],
  ],
  ['a:\n  x\n  y\n', [['a', 'x y', 'x\n  y', 'a:\n  x\n  y\n']]],
  ['? - k\n: v\n', [['?', 'v', 'v', undefined]]],
  ['- a: 1\n', [['0.a', '1', '1', undefined]]],
  ['a: &x 1\n', [['a', '1', '1', undefined]]],
])('%j is read, and each pair removed with its lines', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('a file without a map is one to which entries can be added, behind its document', () => {
  for (const text of ['', '# nothing\n']) expect(parseYaml(text)).toMatchObject({ start: 0, end: 0, isFlow: false });
  for (const text of ['null\n', '---\n'])
    expect(parseYaml(text)).toMatchObject({ start: text.length, end: text.length });
  expect(parseYaml('text\n')).toMatchObject({ kind: 'scalar', value: 'text' });
  expect(parseYaml('[]\n')).toMatchObject({ kind: 'list' });
});

test('the text of an entry is that of a scalar', () => {
  const root = parseYaml('a: b\nc: [d]\ne:\n');
  expect(['a', 'c', 'e', 'f'].map((key) => findYamlText(root, key))).toEqual(['b', undefined, '', undefined]);
  expect(findYamlText(undefined, 'a')).toBeUndefined();
  expect(findYamlText(parseYaml('text'), 'a')).toBeUndefined();
});
