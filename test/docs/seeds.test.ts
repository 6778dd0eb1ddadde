import { describe, expect, test } from 'vitest';
import { namesTests, numberedThrough, readRows, unwritten } from './rows.ts';
import { sourceTitles } from './test-titles.ts';

/** Rows that no test holds yet. It goes down with every row that gets one, and never up. */
const openRows = 0;

const rows = readRows('docs/seeds.md', /^[JD]\d+$/);
const open = rows.filter(({ heldBy }) => heldBy === '–');

test('every statement has a row, numbered through, in words of its own', () => {
  expect(rows.map(({ id }) => id)).toEqual(numberedThrough(rows));
  for (const document of ['J', 'D'])
    expect(rows.filter(({ id }) => id.startsWith(document)).length).toBeGreaterThanOrEqual(60);
  const statements = rows.map(({ statement }) => statement);
  for (const statement of statements) expect(statement).not.toBe('');
  expect(new Set(statements).size).toBe(statements.length);
});

test('every test that a row names exists', () => {
  expect(unwritten(rows)).toEqual([]);
});

test('a row names tests and nothing else, or is open', () => {
  expect(rows.filter(({ heldBy }) => heldBy !== '–' && !namesTests(heldBy))).toEqual([]);
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
