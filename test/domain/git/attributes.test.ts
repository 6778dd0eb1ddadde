import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredentialError } from '../../../src/domain/credential-error.ts';
import {
  findValue,
  findValues,
  formatAttributes,
  type GitAttributes,
  maxLineBytes,
  parseAttributes,
  parseBoolean,
} from '../../../src/domain/protocols/git-credential.ts';
import { attributes, key, value } from './arbitraries.ts';

function catchError(work: () => unknown): CredentialError {
  try {
    work();
  } catch (error) {
    if (error instanceof CredentialError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('lines', () => {
  test('are parsed as they were formatted, byte by byte', () => {
    fc.assert(
      fc.property(attributes, (given) => {
        expect(parseAttributes(formatAttributes(given))).toEqual(given);
      }),
    );
  });

  test('end at a blank line or at the end of the text', () => {
    expect(parseAttributes('a=1\nb=2\n\nc=3\n')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(parseAttributes('a=1')).toEqual([['a', '1']]);
    expect(parseAttributes('')).toEqual([]);
    expect(parseAttributes('\na=1\n')).toEqual([]);
  });

  test('have the key before the first "="; key and value may be empty', () => {
    expect(parseAttributes('password=a=b=\n=\nhost=\n')).toEqual([
      ['password', 'a=b='],
      ['', ''],
      ['host', ''],
    ]);
  });

  test.each([
    ['no "="', 's3cret', 'line 2 of the request has no "="'],
    ['a NUL', 'password=s3\0cret', 'line 2 of the request contains a NUL'],
    ['a carriage return', 'password=s3cret\r', 'line 2 of the request contains a carriage return'],
    ['too many bytes', `password=${'s3cret'.padEnd(maxLineBytes)}`, 'line 2 of the request is longer than 65535 bytes'],
  ])('with %s are rejected, and the message does not repeat them', (_, line, message) => {
    const error = catchError(() => parseAttributes(`protocol=https\n${line}\n\n`));
    expect([error.code, error.message]).toEqual(['invalid-input', message]);
  });

  test('may have at most 65,535 bytes, including the newline', () => {
    const longest = 'x'.repeat(maxLineBytes - 'password=\n'.length);
    expect(parseAttributes(`password=${longest}\n`)).toEqual([['password', longest]]);
    expect(formatAttributes([['password', longest]])).toHaveLength(maxLineBytes);
    expect(catchError(() => parseAttributes(`password=${longest}x\n`)).code).toBe('invalid-input');
    expect(catchError(() => formatAttributes([['password', `${longest}x`]])).code).toBe('invalid-input');
  });

  test.each([
    ['\n', 'line break'],
    ['\r', 'carriage return'],
    ['\0', 'NUL'],
  ])('[DOM6] are never written with %j inside, so a value never becomes a line of its own', (sign, name) => {
    fc.assert(
      fc.property(key, value, value, (name, before, after) => {
        expect(catchError(() => formatAttributes([[name, `${before}${sign}${after}`]])).code).toBe('invalid-input');
      }),
    );
    const error = catchError(() => formatAttributes([['password', `s3${sign}cret`]]));
    expect(error.message).toBe(`the password cannot be sent to git: the line contains a ${name}`);
  });
});

describe('an attribute', () => {
  test('that is given two values is rejected without repeating them: other programs could take the first or the last', () => {
    for (const key of ['host', 'protocol', 'username', 'password', 'unknown']) {
      const error = catchError(() => parseAttributes(`${key}=s3cret\npath=p\n${key}=other\n`));
      expect(error).toMatchObject({
        code: 'invalid-input',
        message: 'line 3 of the request gives an attribute a second value',
      });
    }
    const same = parseAttributes('host=a\nhost=a\nstate[]=b\nstate[]=c\n');
    expect(findValue(same, 'host')).toBe('a');
    expect(findValue(same, 'path')).toBeUndefined();
    expect(findValues(same, 'state[]')).toEqual(['b', 'c']);
  });

  test('with many values has them in order, from the last empty one on', () => {
    const state = (...values: string[]): GitAttributes => values.map((value) => ['state[]', value]);
    expect(findValues(state('a', 'b'), 'state[]')).toEqual(['a', 'b']);
    expect(findValues(state('a', '', 'b', 'c'), 'state[]')).toEqual(['b', 'c']);
    expect(findValues(state('a', ''), 'state[]')).toEqual([]);
    expect(findValues([], 'state[]')).toEqual([]);
    expect(findValues([['host', 'h'], ...state('a'), ['capability[]', 'c']], 'state[]')).toEqual(['a']);
  });

  test.each(['1', 'true', 'Yes', 'on', '-3', '+3', '10'])('with the value %j is true, as in git-config(1)', (text) => {
    expect(parseBoolean(text)).toBe(true);
  });

  test.each([undefined, '', '0', '00', '-0', 'false', 'no', 'off', 'maybe', 'untrue', 'only', 'x1', '1x', '1.5'])(
    'with the value %j is false',
    (text) => {
      expect(parseBoolean(text)).toBe(false);
    },
  );
});
