import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const distribution = resolve(import.meta.dirname, '../../dist');

/** What a bundler leaves out of CommonJS, replaces by a path of the machine that it runs on, or warns about. */
const unportable = /\bimport\.meta\.\w|\b__(?:dirname|filename)\b(?!`)|\bcreateRequire\b(?=.*\bfrom "node:module")/;

test.each(['esm', 'cjs'])('[BUN6] the library in dist/%s has nothing that bundlers change', (folder) => {
  for (const file of readdirSync(join(distribution, folder)).filter((name) => /\.[cm]js$/.test(name)))
    expect(readFileSync(join(distribution, folder, file), 'utf8'), file).not.toMatch(unportable);
});
