import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTestIds, testIdsIn } from './test-ids.ts';

/** A row of a table: a statement, and the ids of the tests that hold it. */
interface Row {
  readonly id: string;
  readonly statement: string;
  readonly tests: string;
  /** Empty if the table has no such column. */
  readonly note: string;
}

const testIds = readTestIds();

test('no two tests have the same id', () => {
  expect(testIds.length).toBeGreaterThan(100);
  expect(testIds.filter((id, index) => testIds.indexOf(id) !== index)).toEqual([]);
});

describe.each([
  { document: 'docs/prior-art.md', ids: /^C\d+$/, least: 20 },
  { document: 'SECURITY.md', ids: /^[A-Z]\d+$/, least: 50 },
  { document: 'docs/spec-coverage.md', ids: /^J\d+$/, least: 60 },
  { document: 'docs/spec-coverage.md', ids: /^D\d+$/, least: 60 },
])('$document, rows $ids', ({ document, ids, least }) => {
  const rows = readRows(document, ids);

  test('every statement has its own id, numbered from 1, and its own words', () => {
    expect(rows.length).toBeGreaterThanOrEqual(least);
    expect(rows.map(({ id }) => id)).toEqual(consecutiveIds(rows));
    expect(rows.map(({ statement }) => statement)).not.toContain('');
    expect(new Set(rows.map(({ statement }) => statement)).size).toBe(rows.length);
  });

  test('every row names one or more tests, and nothing else', () => {
    expect(rows.filter(({ tests }) => tests === '' || testIdsIn(tests).join(' ') !== tests)).toEqual([]);
  });

  test('every test that a row names exists', () => {
    const named = rows.flatMap(({ tests, note }) => testIdsIn(`${tests} ${note}`));
    expect(named.filter((id) => !testIds.includes(id))).toEqual([]);
  });
});

/** The rows of a document's tables whose first cell matches `ids`. */
function readRows(document: string, ids: RegExp): readonly Row[] {
  return readFileSync(resolve(import.meta.dirname, '../..', document), 'utf8')
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter(([, id = '']) => ids.test(id))
    .map(([, id = '', statement = '', tests = '', note = '', ...rest]) => {
      if (rest.length > 1) throw new Error(`row ${id} of ${document} has more than four cells`);
      return { id, statement, tests, note };
    });
}

/** The ids that rows should have: each letter counts from 1. */
function consecutiveIds(rows: readonly Row[]): readonly string[] {
  const counts = new Map<string, number>();
  return rows.map(({ id }) => {
    const letter = id.charAt(0);
    const count = (counts.get(letter) ?? 0) + 1;
    counts.set(letter, count);
    return `${letter}${count}`;
  });
}
