import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../src/adapters/dify');

test('the library that reads answers is loaded by a sign-in, and not by a program that can sign in', () => {
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
  const importers = (from: RegExp) => files.filter(([, text]) => from.test(text)).map(([file]) => file);
  expect(importers(/^import (?!type\b).*'valibot'/m)).toEqual(['answers.ts']);
  expect(importers(/^import (?!type\b).*'\.\/answers\.ts'/m)).toEqual([]);
  expect(importers(/await import\('\.\/answers\.ts'\)/)).toEqual(['device-sign-in.ts']);
});
