import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

function read(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}

test('the list of functions that a read calls is up to date: `npm run record-reads` writes it', () => {
  const source = readdirSync(resolve(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(`src/${path}`))
    .join('\n');
  const declared = new Set(Array.from(source.matchAll(/^(?:export )?(?:async )?function (\w+)/gm), ([, name]) => name));
  const listed = JSON.parse(read('scripts/read-functions.json')) as readonly string[];
  expect(listed.length).toBeGreaterThan(100);
  expect(listed.filter((name) => !declared.has(name))).toEqual([]);
});
