import { expect, test } from 'vitest';
import { readYaml } from '../../src/adapters/credential-files/read-yaml.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';

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
