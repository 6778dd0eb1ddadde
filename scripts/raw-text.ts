import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'rolldown';

const suffix = '?raw';

/** Imports a file as text if its name ends with `?raw`, as Vite does. */
export const rawText: Plugin = {
  name: 'raw-text',
  resolveId(source, importer) {
    if (!source.endsWith(suffix) || importer === undefined) return null;
    return createRequire(importer).resolve(source.slice(0, -suffix.length)) + suffix;
  },
  load(id) {
    if (!id.endsWith(suffix)) return null;
    const text = readFileSync(id.slice(0, -suffix.length), 'utf8');
    return { code: `export default ${JSON.stringify(text)};`, moduleType: 'js' };
  },
};
