import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const programs = resolve(import.meta.dirname, '../../dist/bin');

/** The files that another program starts with: to load one runs that program. */
const entries = Object.keys(
  (JSON.parse(readFileSync(resolve(programs, '../../package.json'), 'utf8')) as { readonly bin: object }).bin,
).flatMap((name) => readdirSync(programs).filter((file) => [`${name}.cjs`, `${name}-full.cjs`].includes(file)));

test.each(entries)('%s loads no file that another program starts with', (entry) => {
  const own = entry.replace(/(-full)?\.cjs$/, '');
  const others = entries.filter((file) => file !== `${own}.cjs` && file !== `${own}-full.cjs`);
  expect([...findLoaded(entry)].filter((file) => others.includes(file))).toEqual([]);
});

/** Every file that a file can load, at once or later. */
function findLoaded(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, next = ''] of readFileSync(join(programs, file), 'utf8').matchAll(
    /\brequire\(["'`]\.\/([^"'`]+)["'`]\)/g,
  ))
    findLoaded(next, found);
  return found;
}
