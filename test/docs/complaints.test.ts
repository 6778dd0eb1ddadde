import { expect, test } from 'vitest';
import { namesTests, numberedThrough, readRows, unwritten } from './rows.ts';

const complaints = readRows('docs/complaints.md', /^C\d+$/);

test('every complaint has a row, numbered through', () => {
  expect(complaints).toHaveLength(20);
  expect(complaints.map(({ id }) => id)).toEqual(numberedThrough(complaints));
});

test('every complaint names the tests that hold that it is otherwise here, and nothing else', () => {
  expect(complaints.filter(({ heldBy }) => !namesTests(heldBy))).toEqual([]);
});

test('every test that a complaint names exists', () => {
  expect(unwritten(complaints)).toEqual([]);
});
