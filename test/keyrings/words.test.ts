import { expect, test } from 'vitest';
import { chain, words } from '../../src/adapters/keyrings/words.ts';

const nested = new Error('outermost', { cause: new TypeError('in the middle', { cause: new Error('innermost') }) });

test('a chain of causes says what each says, the outermost first', () => {
  expect(chain(nested)).toEqual(['outermost', 'in the middle', 'innermost']);
});

test('an error without words says what it is', () => {
  expect(chain(new TypeError('', { cause: new RangeError() }))).toEqual(['TypeError', 'RangeError']);
});

test.each([
  ['text', 'text'],
  [undefined, 'undefined'],
  [['text', 1], 'text,1'],
])('what is no error says %j, thrown or as a cause', (thrown, says) => {
  expect(chain(thrown)).toEqual([says]);
});

test('a cause that is no error ends the chain', () => {
  expect(chain(new Error('outermost', { cause: 'text' }))).toEqual(['outermost', 'text']);
});

test.each([
  ['the innermost words count', nested, 'innermost'],
  ['one line is made of several', new Error(' \r\nthe\tdisk\n\n is\u0007on \u2028 fire\0\n'), 'the disk is on fire'],
  ['at most 300 characters are passed on', 'x'.repeat(301), 'x'.repeat(300)],
  ['what is cut off counts without the blanks around it', ` ${'x'.repeat(300)} `, 'x'.repeat(300)],
])('%s', (_, thrown, text) => {
  expect(words(thrown)).toBe(text);
});
