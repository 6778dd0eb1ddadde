import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIni } from '../../src/domain/formats/ini.ts';
import { isFault, type LeafReader } from '../../src/domain/formats/leaf.ts';
import { readToml } from '../../src/domain/formats/toml.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { needs } from '../support/needs.ts';
import { askPython, hasTomllib, type PythonKind } from '../support/python-parsers.ts';

const iniLines = [
  ...['[a]', '[ a ]', '[a]]', '[a] x', '[]', '[b', ' [c]', '', '# c', ' ; c', 'no', '= x', 'k =', 'K: "v"', '!x = y'],
  ...['k = v', ' k = v', '  w', '\tw', '    deep', '  j: 2', 'l = a ; b', 'x]'],
];

/** Keys are numbered, since TOML rejects a repeated one. */
const tomlLines = [
  ...[
    '[t0]',
    "[t0.'a b']",
    '[[x]]',
    '# c',
    '',
    'k0 = 1',
    'k0 = {}',
    'k0 = []',
    'k0 = -1.5e3',
    'k0 = fm',
    'k0 = 01',
    'k0 = 1_000',
    'k0 = 1_',
    'k0 = 0x_1',
    'k0 = 0xfF',
    'k0 = [ x ]',

    'k0 = true',
    'k0 = 1.',
    'k0 = 6.02e+23',
    '  k0 = ""',
  ],
  ...['k0 = "a\\u0041b\\n"', 'k0 = \'l # "x"\' # c', 'k0 = """\nx\\\n   y "" z\\t"""', "k0 = '''\nx'y\\n'''"],
  ...[
    'k0 = """a""""',
    'k0 = [ "a", \'b\', # c\n ["c"], {d = "e", f.g = \'h\'} ]',
    'k0 = {a = "1", \'b c\' = { d = "2" } }',
  ],
  ...['k0.b."c d" = "x"', 'k0 = "x" y', 'k0 = ', 'k0 = "\\q"', 'k0 = "a', 'k0 = """', 'k0', '[t0'],
];

function textsOf(lines: readonly string[], start: string): readonly string[] {
  const numbered = (line: string, index: number) => line.replace(/\b([kt])0/, `$1${index}`);
  const text = fc
    .tuple(fc.array(fc.constantFrom(...lines), { maxLength: 6 }), fc.constantFrom('\n', '\r\n'))
    .map(([all, end]) => (start + all.map(numbered).join('\n')).replaceAll('\n', end) + end);
  // The same texts in each run: a difference in an odd one says nothing about a change.
  return fc.sample(text, { numRuns: fastOrSlow(500, 10_000), seed: Number(process.env.KEYSTOW_SEED ?? 1) });
}

/** Every text in a value, with the keys that lead to it. */
function flatten(value: unknown, path: readonly string[] = []): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path.join('|'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => flatten(item, [...path, key]));
}

/** The last value of each key, whose lines are several leaves. */
function readAll(read: LeafReader, text: string): ReadonlyMap<string, string> | null {
  const leaves = read(text);
  if (isFault(leaves)) return null;
  const values = new Map<string, string>();
  for (const [index, { path, value }] of leaves.entries()) {
    const key = path.join('|');
    const isContinued = leaves[index - 1]?.path === path;
    values.set(key, isContinued ? `${values.get(key)}\n${value}` : value);
  }
  return values;
}

describe(
  'reads every text that Python reads, and rejects what Python rejects',
  needs(hasTomllib, 'Python 3.11'),
  () => {
    test.each<[PythonKind, LeafReader, readonly string[], string]>([
      ['ini-with-repeats', readIni, iniLines, '[z]\n'],
      ['toml', readToml, tomlLines, ''],
    ])('%s', (kind, read, lines, start) => {
      const texts = textsOf(lines, start);
      const expected = askPython(kind, texts);
      // Otherwise the comparison says nothing.
      expect(expected.filter((value) => value !== null).length).toBeGreaterThan(texts.length / 10);
      for (const [index, text] of texts.entries()) {
        const value = expected[index];
        // Leaves don't have the empty lines of a continued value, and tomllib turns CR LF into LF.
        const clean = (text: string) =>
          kind === 'toml' ? text.replaceAll('\r\n', '\n') : text.replace(/\n+(?=.)/g, '\n').trim();
        const trim = (entries: Iterable<readonly [string, string]>) =>
          Object.fromEntries([...entries].map(([key, text]) => [key, clean(text)]));
        const found = readAll(read, text);
        expect(found && trim(found), text).toEqual(value && trim(flatten(value)));
      }
    });
  },
);
