import { expect, test } from 'vitest';
import { namesTests, numberedThrough, readRows, unwritten } from './rows.ts';

const promises = readRows('SECURITY.md', /^[A-Z]\d+$/);

test('every promise of SECURITY.md has an id, numbered through, and words of its own', () => {
  expect(promises.length).toBeGreaterThan(0);
  expect(promises.map(({ id }) => id)).toEqual(numberedThrough(promises));
  expect(new Set(promises.map(({ statement }) => statement)).size).toBe(promises.length);
});

test('every promise names the tests that hold it, and nothing else', () => {
  expect(promises.filter(({ heldBy }) => !namesTests(heldBy))).toEqual([]);
});

test('every test that a promise names exists', () => {
  expect(unwritten(promises)).toEqual([]);
});
