import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { testTitles } from './test-titles.ts';

/** A statement that a document makes, and the tests that hold it: a row of one of its tables. */
export interface Row {
  readonly id: string;
  readonly statement: string;
  /** The tests, as code spans `FILE › TITLE`. */
  readonly heldBy: string;
  /** Empty where the table has no such column. */
  readonly note: string;
}

const root = resolve(import.meta.dirname, '../..');

/** The rows of a document whose first cell is one of `ids`. */
export function readRows(document: string, ids: RegExp): readonly Row[] {
  return readFileSync(resolve(root, document), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, id = '', statement = '', heldBy = '', ...rest] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      if (!ids.test(id)) return [];
      const note = rest.slice(0, -1);
      if (note.length > 1 || rest.at(-1) !== '') throw new Error(`not a row of three or four cells: ${line}`);
      return [{ id, statement, heldBy, note: note[0] ?? '' }];
    });
}

/** Code spans that name a test. */
function referencesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+ › [^`]+)`/g)].map(([, reference = '']) => reference);
}

/** Whether a cell has tests in it, and nothing else. */
export function namesTests(cell: string): boolean {
  return referencesIn(cell).length > 0 && cell.replace(/`[^`]+ › [^`]+`|<br>/g, '').trim() === '';
}

/** The tests that rows name and nobody wrote. */
export function unwritten(rows: readonly Row[]): readonly string[] {
  const titles = testTitles();
  return rows.flatMap(({ id, heldBy, note }) =>
    [...referencesIn(heldBy), ...referencesIn(note)]
      .filter((reference) => !titles.has(reference))
      .map((reference) => `${id}: ${reference}`),
  );
}

/** The ids of rows as they should be: from 1 on, for each of the letters that come before the numbers. */
export function numberedThrough(rows: readonly Row[]): readonly string[] {
  const counts = new Map<string, number>();
  return rows.map(({ id }) => {
    const letter = id.replace(/\d+$/, '');
    const count = (counts.get(letter) ?? 0) + 1;
    counts.set(letter, count);
    return `${letter}${count}`;
  });
}
