import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll } from 'vitest';
import { rawText } from '../../scripts/raw-text.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Bundles a module so that tests can run it in another process: Node 20 can't run TypeScript. `path` is relative to the
 * root. The bundle is written beneath node_modules, because it doesn't contain the packages that it imports.
 */
export function bundleModule(path: string): { readonly file: () => string } {
  let folder = '';
  const file = () => join(folder, 'bundled.mjs');
  beforeAll(async () => {
    const cache = join(root, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'keystow-bundled-'));
    // Tests also load it as another user.
    chmodSync(folder, 0o755);
    await build({
      input: join(root, path),
      platform: 'node',
      external: (id) => !id.startsWith('.') && !isAbsolute(id) && !id.endsWith('?raw'),
      plugins: [rawText],
      output: { dir: folder, format: 'esm', entryFileNames: 'bundled.mjs' },
      logLevel: 'warn',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { file };
}
