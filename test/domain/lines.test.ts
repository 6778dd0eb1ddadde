import { expect, test } from 'vitest';
import { findLineStart } from '../../src/domain/text/lines.ts';

test.each([
  [0, 0],
  [2, 0],
  [3, 3],
  [4, 4],
  [6, 4],
])('the line that offset %i is in starts at %i; a line feed belongs to the line that it ends', (offset, expected) => {
  expect(findLineStart('ab\n\ncd', offset)).toBe(expected);
});
