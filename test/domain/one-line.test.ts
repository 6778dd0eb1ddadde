import { expect, test } from 'vitest';
import { createUnicodeRegExp, toOneLine } from '../../src/domain/text/one-line.ts';

test.each([
  ['two\nlines', 'two lines'],
  ['\t an escape\u001b[31m and  blanks\r\n\r\n', 'an escape [31m and blanks'],
  ['', ''],
])('%j becomes %j', (text, line) => expect(toOneLine(text)).toBe(line));

test('at most 300 characters are kept', () => {
  expect(toOneLine('x'.repeat(300))).toHaveLength(300);
  expect(toOneLine('x'.repeat(301))).toBe('x'.repeat(300));
});

test('finds all characters with a property, astral characters as one', () => {
  expect('a\u0007b\u009fc'.replace(createUnicodeRegExp('\\p{Cc}'), '?')).toBe('a?b?c');
  expect('🙂🙂'.replace(createUnicodeRegExp('\\p{Emoji}'), '!')).toBe('!!');
});
