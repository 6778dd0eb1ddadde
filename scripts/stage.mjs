// Copies what is published to a folder: node scripts/stage.mjs FOLDER. Its manifest has no scripts and no development
// dependencies: they work only in a clone, and npm would run `prepare` in an installed package.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createSbom } from './sbom.mjs';

const root = join(import.meta.dirname, '..');

if (process.env.npm_lifecycle_event === 'prepack') {
  process.stderr.write(
    'keystow: this is the manifest of a clone\nhint: run `npm run stage && npm pack ./dist/package`\n',
  );
  process.exit(1);
}

const folder = resolve(process.argv[2] ?? join(root, 'dist/package'));
rmSync(folder, { recursive: true, force: true });
writeFileSync(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(createSbom(), undefined, 2)}\n`);
for (const path of listPublishedFiles()) cpSync(join(root, path), join(folder, path));
const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);

/** Returns what npm itself would pack. */
function listPublishedFiles() {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const shell = process.platform === 'win32';
  const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe', shell }));
  return files.map(({ path }) => path);
}
