import { expect, test } from 'vitest';
import { createUnicodeRegExp, toOneLine } from '../../src/domain/text/one-line.ts';

test.each([
  ['two\nlines', 'two lines'],
  ['\t an escape\u001b[31m and  blanks\r\n\r\n', 'an escape [31m and blanks'],
  ['', ''],
])('%j is said as %j', (text, line) => expect(toOneLine(text)).toBe(line));

test('no more than 300 characters are said', () => {
  expect(toOneLine('x'.repeat(300))).toHaveLength(300);
  expect(toOneLine('x'.repeat(301))).toBe('x'.repeat(300));
});

test('finds all that has a property, a character beyond the first plane as one', () => {
  expect('a\u0007b\u009fc'.replace(createUnicodeRegExp('\\p{Cc}'), '?')).toBe('a?b?c');
  expect('🙂🙂'.replace(createUnicodeRegExp('\\p{Emoji}'), '!')).toBe('!!');
});
