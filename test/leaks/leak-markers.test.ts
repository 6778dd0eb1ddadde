import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { MarkerFinder } from './leak-markers.ts';

const finder = new MarkerFinder(['s3cret']);

describe('a marker is found at any position of a longer text,', () => {
  const contexts = ['', 'a', 'ab', 'abc', 'token=/', '{"x":"'];

  test.each<[string, (text: string) => string | Buffer]>([
    ['plain', (text) => text],
    ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['in base64', (text) => btoa(text)],
    ['in base64url', (text) => Buffer.from(text).toString('base64url')],
    ['in hexadecimal', (text) => Buffer.from(text).toString('hex')],
    ['in upper hexadecimal', (text) => Buffer.from(text).toString('hex').toUpperCase()],
    ['as numbers', (text) => String([...Buffer.from(text)])],
    ['as numbers, as inspect prints them', (text) => [...Buffer.from(text)].join(', ')],
    ['as a buffer, as inspect prints it', (text) => inspect(Buffer.from(text))],
    ['with each byte escaped', (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&')],
    ['in JSON within JSON', (text) => JSON.stringify(JSON.stringify(text))],
  ])('%s', (_, encode) => {
    for (const before of contexts) {
      for (const after of contexts) {
        expect(finder.find(Buffer.from(encode(`${before}s3cret${after}`)))).toBeDefined();
        expect(finder.find(Buffer.from(encode(`${before}secret${after}`)))).toBeUndefined();
      }
    }
  });

  test('[LK2] with a blank, as a URL and a form have it', () => {
    const blank = new MarkerFinder(['correct horse']);
    for (const text of ['?a=correct%20horse&', 'a=correct+horse', 'correct horse']) {
      expect(blank.find(Buffer.from(text))).toBeDefined();
    }
  });
});
