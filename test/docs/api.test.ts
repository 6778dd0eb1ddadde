import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { referenceStart, renderReference } from '../../scripts/api-page.ts';

const page = resolve(import.meta.dirname, '../../docs/api.md');
const text = readFileSync(page, 'utf8').replaceAll('\r\n', '\n');

test('the reference in docs/api.md matches the declarations (update it with npm run docs:api)', async () => {
  const tasks = text.slice(0, text.indexOf(referenceStart));
  expect(tasks).toMatch(/\n## Reference\n\n$/);
  await expect(tasks + renderReference('index', 'keytar')).toMatchFileSnapshot('../../docs/api.md');
});

test('every link to a section of the page leads to one', () => {
  const sections = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !sections.includes(link as string))).toEqual([]);
});
