import { expect, test } from 'vitest';
import { parseCsv } from '../../src/adapters/transfer/csv.ts';
import { failure } from '../contract/errors.ts';

test.each([',', ';', '\t'])('cells are separated by %j if the first line has it', (delimiter) => {
  const text = [`a${delimiter}b`, '', `"1""${delimiter}\n2"${delimiter}3${delimiter}4`].join('\r\n');
  expect(parseCsv(text)).toEqual([
    ['a', 'b'],
    [`1"${delimiter}\n2`, '3', '4'],
  ]);
});

test('a separator that only later lines have is part of a cell', () => {
  expect(parseCsv('a;b\n1,2;3\n')).toEqual([
    ['a', 'b'],
    ['1,2', '3'],
  ]);
  expect(parseCsv('a\n1,2\n')).toEqual([['a'], ['1', '2']]);
  expect(parseCsv('')).toEqual([]);
});

test('invalid CSV is reported with its line, and without its content', async () => {
  const parse = async (text: string) => parseCsv(text);
  const { message, hint } = await failure(parse('a,b\n1,s3cret"x"\n'), 'invalid-input');
  expect(hint).toContain('quotes');
  expect(message).toBe('invalid CSV near line 2');
});
