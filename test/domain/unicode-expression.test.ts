import { expect, test } from 'vitest';
import { unicodeExpression } from '../../src/domain/unicode-expression.ts';

test('finds all that has a property, a character beyond the first plane as one', () => {
  expect('a\u0007b\u009fc'.replace(unicodeExpression('\\p{Cc}'), '?')).toBe('a?b?c');
  expect('🙂🙂'.replace(unicodeExpression('\\p{Emoji}'), '!')).toBe('!!');
});
