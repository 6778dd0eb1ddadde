import { expect, test } from 'vitest';
import { formatBashReply, readBashLine } from '../../src/cli/commands/completion.ts';

/** The default of COMP_WORDBREAKS. */
const breaks = ' \t\n"\'@><=;|&(:';

test.each([
  ['keystow', ['keystow']],
  ['keystow ', ['keystow', '']],
  ['keystow  get\ta', ['keystow', 'get', 'a']],
  ['keystow get my\\ own', ['keystow', 'get', 'my own']],
  [`keystow get 'my "own" \\' "a \\"b\\" \\c"`, ['keystow', 'get', 'my "own" \\', 'a "b" \\c']],
  [`keystow get 'open end`, ['keystow', 'get', 'open end']],
  [`keystow get ''`, ['keystow', 'get', '']],
  ['keystow get a"b c"d', ['keystow', 'get', 'ab cd']],
  ['keystow get a\\', ['keystow', 'get', 'a']],
])('%s is split into words without quotes and escapes', (line, texts) => {
  expect(readBashLine(line, breaks).map(({ text }) => text)).toEqual(texts);
});

test.each([
  ['keystow get ', 'my own', 'my\\ own'],
  ['keystow get my\\ ', 'my own', 'my\\ own'],
  ['keystow get "my', 'my "own" $HOME', 'my \\"own\\" \\$HOME'],
  ["keystow get 'my", 'my "own" $HOME', 'my "own" $HOME'],
  ["keystow get 'my", "my friend's", undefined],
  ['keystow get g', 'h', undefined],
  ['keystow get h', 'https://a', 'https://a'],
  ['keystow get https:', 'https://a', '//a'],
  ['keystow get https\\:', 'https://a', 'https://a'],
  ['keystow get https:"', 'https://a', '//a'],
  ['keystow get "https:', 'https://a', 'https://a'],
  ['keystow get bob@', 'bob@example.com', 'example.com'],
  ['keystow get ', 'zoë', 'zoë'],
])('%s becomes %s if bash inserts %s', (line, text, reply) => {
  const word = readBashLine(line, breaks).at(-1);
  expect(word && formatBashReply(word, text)).toBe(reply);
});

test.each([
  ['keystow', [1]],
  ['keystow https://a:8080/b bob@example.com --env=T', [1, 5, 3, 3]],
  [`keystow 'https://a' a\\:b`, [1, 1, 1]],
])('%s has as many words as bash counts', (line, pieces) => {
  expect(readBashLine(line, breaks).map((word) => word.pieces)).toEqual(pieces);
});
