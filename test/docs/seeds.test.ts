import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceTitles, testTitles } from './test-titles.ts';

/** Rows that no test holds yet. It goes down with every row that gets one, and never up. */
const openRows = 0;

interface Row {
  readonly id: string;
  readonly statement: string;
  readonly heldBy: string;
  readonly note: string;
}

const rows = readRows(readFileSync(resolve(import.meta.dirname, '../../docs/seeds.md'), 'utf8'));
const open = rows.filter(({ heldBy }) => heldBy === '–');

test('every statement has a row, numbered through, in words of its own', () => {
  for (const document of ['J', 'D']) {
    const ids = rows.map(({ id }) => id).filter((id) => id.startsWith(document));
    expect(ids).toEqual(ids.map((_, index) => `${document}${index + 1}`));
    expect(ids.length).toBeGreaterThanOrEqual(60);
  }
  const statements = rows.map(({ statement }) => statement);
  for (const statement of statements) expect(statement).not.toBe('');
  expect(new Set(statements).size).toBe(statements.length);
});

test('every test that a row names exists', () => {
  const titles = testTitles();
  const missing = rows.flatMap(({ id, heldBy, note }) =>
    [...referencesIn(heldBy), ...referencesIn(note)]
      .filter((reference) => !titles.has(reference))
      .map((reference) => `${id}: ${reference}`),
  );
  expect(missing).toEqual([]);
});

test('a row names tests and nothing else, or is open', () => {
  const odd = rows.filter(({ heldBy }) => heldBy !== '–' && heldBy.replace(/`[^`]+`|<br>/g, '') !== '');
  expect(odd).toEqual([]);
  for (const { heldBy, id } of rows) expect(referencesIn(heldBy).length > 0 || heldBy === '–', id).toBe(true);
});

test(`the rows that no test holds yet are ${openRows}`, () => {
  expect(open.length, `open: ${open.map(({ id }) => id).join(' ')}`).toBe(openRows);
});

describe('the title of a test is read from its source', () => {
  test.each([
    ["test('a rule', () => {});", ['a rule']],
    ["  law('a law', (choice) => {});", ['a law']],
    ["test.each([\n  ['not (this)', 1],\n])('%s is %i', (a, b) => {});", ['%s is %i']],
    ["test.skipIf(process.platform === 'win32')(\n  'a \"rule\"',\n  async () => {},\n);", ['a "rule"']],
    ["test('Alice\\'s', () => {});\ntest(\"Bob's\", () => {});", ["Alice's", "Bob's"]],
    ["describe('no test', () => {\n  test('one', () => {});\n});", ['one']],
    ['test(title, () => {});', []],
  ])('%j', (source, titles) => expect(sourceTitles(source)).toEqual(titles));
});

function readRows(text: string): readonly Row[] {
  return text
    .split('\n')
    .filter((line) => /^\| [JD]\d+ \|/.test(line))
    .map((line) => {
      const [, id = '', statement = '', heldBy = '', note = '', ...rest] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      if (rest.length !== 1) throw new Error(`not a row of four cells: ${line}`);
      return { id, statement, heldBy, note };
    });
}

/** Code spans that name a test. */
function referencesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+ › [^`]+)`/g)].map(([, reference = '']) => reference);
}
