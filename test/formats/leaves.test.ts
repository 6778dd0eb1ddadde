import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';
import { getReader, planRemoval } from '../../src/domain/sweep/file-formats.ts';
import type { FileFormat } from '../../src/domain/sweep/known-file.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { readYaml } from '../support/yaml.ts';
import { hosts, tokens, words } from '../sweep/secrets.ts';

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
          const expected = JSON.parse(text) as Record<string, unknown>;
          for (const { path } of removed) removeAt(expected, path);
          const changed = applyEdits(text, edits);
          expect(JSON.parse(changed)).toEqual(expected);
          // An emptied object may keep its blanks.
          const withoutBlanks = (text: string) => text.replace(/\{\s+\}/g, '{}');
          expect(withoutBlanks(changed)).toBe(withoutBlanks(JSON.stringify(expected, undefined, indent)));
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
