import { expect, test } from 'vitest';
import { parseEnvFile } from '../../src/adapters/transfer/env-file.ts';

test('a .env file is parsed as dotenv does: quotes, comments, export, several lines, CR LF, no expansion', () => {
  const text = [
    ...['# a comment', 'A=one', 'export B = "two words" # comment', "C='$A'", 'D="first\nsecond"', 'E=a#b', 'F='],
    ...['not an assignment', 'A=again', 'G="a\\nb"', "H='a\\nb'"],
  ].join('\r\n');
  expect(Object.fromEntries(parseEnvFile(`\ufeff${text}`))).toEqual({
    ...{ A: 'again', B: 'two words', C: '$A', D: 'first\nsecond', E: 'a', F: '', G: 'a\nb', H: 'a\\nb' },
  });
});

test('a megabyte of anything is parsed, however hostile', () => {
  for (const part of ['\n', "A='\\'", '"', ' ', 'A=', 'a', '#', '=', "'\n", 'A: '])
    expect(parseEnvFile(part.repeat(1_000_000 / part.length)).size).toBeLessThanOrEqual(1);
});
