import { expect, test } from 'vitest';
import { toOneLine } from '../../src/domain/text/one-line.ts';

test.each([
  ['two\nlines', 'two lines'],
  ['\t an escape\u001b[31m and  blanks\r\n\r\n', 'an escape [31m and blanks'],
  ['', ''],
])('%j is said as %j', (text, line) => expect(toOneLine(text)).toBe(line));

test('no more than 300 characters are said', () => {
  expect(toOneLine('x'.repeat(300))).toHaveLength(300);
  expect(toOneLine('x'.repeat(301))).toBe('x'.repeat(300));
});
