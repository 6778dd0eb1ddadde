import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'rolldown';

const suffix = '?raw';

/** Imports a file as text if its name ends with `?raw`, as Vite does. Compressed, because it's part of every bundle, but rarely used. */
export const rawText: Plugin = {
  name: 'raw-text',
  resolveId(source, importer) {
    if (!source.endsWith(suffix) || importer === undefined) return null;
    return createRequire(importer).resolve(source.slice(0, -suffix.length)) + suffix;
  },
  load(id) {
    if (!id.endsWith(suffix)) return null;
    const text = brotliCompressSync(readFileSync(id.slice(0, -suffix.length))).toString('base64');
    const code = `import { brotliDecompressSync } from 'node:zlib';
export default brotliDecompressSync(Buffer.from('${text}', 'base64')).toString();`;
    return { code, moduleType: 'js' };
  },
};
