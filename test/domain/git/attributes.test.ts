import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredentialError } from '../../../src/domain/credential-error.ts';
import {
  type Attributes,
  findValue,
  findValues,
  formatAttributes,
  maxLineBytes,
  parseAttributes,
  parseBoolean,
} from '../../../src/domain/protocols/git/attributes.ts';
import { attributes, key, value } from './arbitraries.ts';

function refused(work: () => unknown): CredentialError {
  try {
    work();
  } catch (error) {
    if (error instanceof CredentialError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the lines of git', () => {
  test('are read as they were written, byte by byte', () => {
    fc.assert(
      fc.property(attributes, (given) => {
        expect(parseAttributes(formatAttributes(given))).toEqual(given);
      }),
    );
  });

  test('end at a blank line, or where the text does', () => {
    expect(parseAttributes('a=1\nb=2\n\nc=3\n')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(parseAttributes('a=1')).toEqual([['a', '1']]);
    expect(parseAttributes('')).toEqual([]);
    expect(parseAttributes('\na=1\n')).toEqual([]);
  });

  test('have their key before the first "=", and may be empty on both sides', () => {
    expect(parseAttributes('password=a=b=\n=\nhost=\n')).toEqual([
      ['password', 'a=b='],
      ['', ''],
      ['host', ''],
    ]);
  });

  test.each([
    ['no "="', 's3cret', 'line 2 of the request has no "="'],
    ['a NUL', 'password=s3\0cret', 'line 2 of the request holds a NUL'],
    ['a carriage return', 'password=s3cret\r', 'line 2 of the request holds a carriage return'],
    ['too many bytes', `password=${'s3cret'.padEnd(maxLineBytes)}`, 'line 2 of the request is longer than 65535 bytes'],
  ])('with %s are refused, in words that do not repeat them', (_, line, message) => {
    const error = refused(() => parseAttributes(`protocol=https\n${line}\n\n`));
    expect([error.code, error.message]).toEqual(['invalid-input', message]);
  });

  test('may have 65,535 bytes with their newline, and no more', () => {
    const longest = 'x'.repeat(maxLineBytes - 'password=\n'.length);
    expect(parseAttributes(`password=${longest}\n`)).toEqual([['password', longest]]);
    expect(formatAttributes([['password', longest]])).toHaveLength(maxLineBytes);
    expect(refused(() => parseAttributes(`password=${longest}x\n`)).code).toBe('invalid-input');
    expect(refused(() => formatAttributes([['password', `${longest}x`]])).code).toBe('invalid-input');
  });

  test.each([
    ['\n', 'line break'],
    ['\r', 'carriage return'],
    ['\0', 'NUL'],
  ])('[DOM6] are never written with %j inside: no value becomes a line of its own', (sign, name) => {
    fc.assert(
      fc.property(key, value, value, (name, before, after) => {
        expect(refused(() => formatAttributes([[name, `${before}${sign}${after}`]])).code).toBe('invalid-input');
      }),
    );
    const error = refused(() => formatAttributes([['password', `s3${sign}cret`]]));
    expect(error.message).toBe(`git cannot be given the password: the line holds a ${name}`);
  });
});

describe('an attribute', () => {
  test('that is given twice counts as it was given last', () => {
    const given: Attributes = [
      ['host', 'a'],
      ['host', 'b'],
    ];
    expect(findValue(given, 'host')).toBe('b');
    expect(findValue(given, 'path')).toBeUndefined();
  });

  test('that has many values has them in order, from the last empty one on', () => {
    const state = (...values: string[]): Attributes => values.map((value) => ['state[]', value]);
    expect(findValues(state('a', 'b'), 'state[]')).toEqual(['a', 'b']);
    expect(findValues(state('a', '', 'b', 'c'), 'state[]')).toEqual(['b', 'c']);
    expect(findValues(state('a', ''), 'state[]')).toEqual([]);
    expect(findValues([], 'state[]')).toEqual([]);
    expect(findValues([['host', 'h'], ...state('a'), ['capability[]', 'c']], 'state[]')).toEqual(['a']);
  });

  test.each(['1', 'true', 'Yes', 'on', '-3', '+3', '10'])(
    'with the value %j is true, as git-config(1) has it',
    (text) => {
      expect(parseBoolean(text)).toBe(true);
    },
  );

  test.each([undefined, '', '0', '00', '-0', 'false', 'no', 'off', 'maybe', 'untrue', 'only', 'x1', '1x', '1.5'])(
    'with the value %j is not',
    (text) => {
      expect(parseBoolean(text)).toBe(false);
    },
  );
});
