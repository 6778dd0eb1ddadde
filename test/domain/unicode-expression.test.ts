import { expect, test } from 'vitest';
import { createUnicodeRegExp } from '../../src/domain/text/one-line.ts';

test('finds all that has a property, a character beyond the first plane as one', () => {
  expect('a\u0007b\u009fc'.replace(createUnicodeRegExp('\\p{Cc}'), '?')).toBe('a?b?c');
  expect('🙂🙂'.replace(createUnicodeRegExp('\\p{Emoji}'), '!')).toBe('!!');
});
