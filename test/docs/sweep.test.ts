import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { tools } from '../../src/domain/sweep/tools.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/sweep.md'), 'utf8');

test.each(tools)('docs/sweep.md lists $name with its files, its source and what happens to its credentials', (tool) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${tool.id}\` |`)) ?? '';
  expect(row).toContain(`| [${tool.name}](`);
  for (const { path } of tool.files) expect(row).toContain(`\`${path}\``);
  expect(row).toContain(`(${tool.source})`);
  expect(row.includes('| yes |')).toBe(tool.remedy === undefined);
});

test('docs/sweep.md lists no other tool', () => {
  const listed = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, id]) => id);
  expect(listed).toEqual(tools.map(({ id }) => id));
});
