import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Finder } from './telltales.ts';

const finder = new Finder(['s3cret']);

describe('a telltale is found, wherever it stands in a longer text,', () => {
  const surroundings = ['', 'a', 'ab', 'abc', 'token=/', '{"x":"'];

  test.each<[string, (text: string) => string | Buffer]>([
    ['plain', (text) => text],
    ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['in base64', (text) => btoa(text)],
    ['in base64url', (text) => Buffer.from(text).toString('base64url')],
    ['in hexadecimal', (text) => Buffer.from(text).toString('hex')],
    ['in upper hexadecimal', (text) => Buffer.from(text).toString('hex').toUpperCase()],
    ['as numbers', (text) => String([...Buffer.from(text)])],
    ['as numbers that an inspection shows', (text) => [...Buffer.from(text)].join(', ')],
    ['as a buffer that an inspection shows', (text) => inspect(Buffer.from(text))],
    ['with each byte escaped', (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&')],
    ['in JSON in JSON', (text) => JSON.stringify(JSON.stringify(text))],
  ])('%s', (_, spelling) => {
    for (const before of surroundings) {
      for (const after of surroundings) {
        expect(finder.in(Buffer.from(spelling(`${before}s3cret${after}`)))).toBeDefined();
        expect(finder.in(Buffer.from(spelling(`${before}secret${after}`)))).toBeUndefined();
      }
    }
  });

  test('[LK2] with a blank, as a URL and a form have it', () => {
    const blank = new Finder(['correct horse']);
    for (const text of ['?a=correct%20horse&', 'a=correct+horse', 'correct horse']) {
      expect(blank.in(Buffer.from(text))).toBeDefined();
    }
  });
});
