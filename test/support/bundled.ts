import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/**
 * Bundles a module for the tests of a file, so that a process of its own can run it: Node 20 runs no TypeScript. `path` is
 * from the root. The packages it imports stay outside, so what is made lies beneath node_modules, where they are found.
 */
export function bundleModule(path: string): { readonly file: () => string } {
  let folder = '';
  const file = () => join(folder, 'bundled.mjs');
  beforeAll(async () => {
    const cache = join(root, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'keystow-bundled-'));
    // A process that becomes another user loads from it too.
    chmodSync(folder, 0o755);
    await build({
      input: join(root, path),
      platform: 'node',
      external: (id) => !id.startsWith('.') && !isAbsolute(id),
      output: { dir: folder, format: 'esm', entryFileNames: 'bundled.mjs' },
      logLevel: 'warn',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { file };
}
