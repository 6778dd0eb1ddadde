import { expect, test } from 'vitest';
import {
  assertNever,
  createUnicodeRegExp,
  messageChain,
  rootMessage,
  toOneLine,
} from '../../src/domain/text/messages.ts';

test.each([
  ['two\nlines', 'two lines'],
  ['\t an escape\u001b[31m and  blanks\r\n\r\n', 'an escape [31m and blanks'],
  ['', ''],
  ['Cannot create an item: (null)', 'Cannot create an item'],
  ['(null)', ''],
])('%j becomes %j', (text, line) => expect(toOneLine(text)).toBe(line));

test('at most 300 characters are kept', () => {
  expect(toOneLine('x'.repeat(300))).toHaveLength(300);
  expect(toOneLine('x'.repeat(301))).toBe('x'.repeat(300));
});

test('a Unicode expression finds all characters with a property, astral characters as one', () => {
  expect('a\u0007b\u009fc'.replace(createUnicodeRegExp('\\p{Cc}'), '?')).toBe('a?b?c');
  expect('🙂🙂'.replace(createUnicodeRegExp('\\p{Emoji}'), '!')).toBe('!!');
});

const nested = new Error('outermost', { cause: new TypeError('in the middle', { cause: new Error('innermost') }) });

test('the chain has the message of each cause, outermost first', () => {
  expect(messageChain(nested)).toEqual(['outermost', 'in the middle', 'innermost']);
});

test('an error without a message is represented by its name', () => {
  expect(messageChain(new TypeError('', { cause: new RangeError() }))).toEqual(['TypeError', 'RangeError']);
});

test.each([
  ['text', 'text'],
  [undefined, 'undefined'],
  [['text', 1], 'text,1'],
])('a thrown value that is not an error is represented by %j', (thrown, message) => {
  expect(messageChain(thrown)).toEqual([message]);
});

test('an error of another realm, whose class is another Error, counts', () => {
  const foreign = Object.assign(Object.create(null), { name: 'TypeError', message: 'of another realm' });
  expect(messageChain(foreign)).toEqual(['of another realm']);
});

test('a cause that is not an error ends the chain', () => {
  expect(messageChain(new Error('outermost', { cause: 'text' }))).toEqual(['outermost', 'text']);
});

test.each([
  ['the root message is the innermost one', nested, 'innermost'],
  [
    'several lines are joined to one',
    new Error(' \r\nthe\tdisk\n\n is\u0007on \u2028 fire\0\n'),
    'the disk is on fire',
  ],
  ['the root message is cut after 300 characters', 'x'.repeat(301), 'x'.repeat(300)],
  ['surrounding whitespace does not count towards the 300 characters', ` ${'x'.repeat(300)} `, 'x'.repeat(300)],
])('%s', (_, thrown, text) => {
  expect(rootMessage(thrown)).toBe(text);
});

test('a value that the types rule out throws, and the message contains it', () => {
  expect(() => assertNever('brand new' as never)).toThrow(/brand new/);
});
