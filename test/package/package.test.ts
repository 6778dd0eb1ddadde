import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, pack, root } from './packed.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let folder: string;
let packed: Packed & { readonly tarball: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-packed-'));
  packed = pack(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package is smaller than 1 MB', () => {
  expect(packed.size).toBeLessThan(1_000_000);
});

test('it has its programs, its entries and their declarations, and nothing that only its makers need', () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of Object.values(manifest.bin)) expect(paths).toContain(path);
  const allowed =
    /^(LICENSE|README\.md|package\.json|man\/.*\.1|dist\/(bin|cjs|esm)\/.*\.[cm]js|dist\/(bin|cjs|esm)\/licenses\.txt|dist\/bin\/package\.json|dist\/declarations\/\w+\.d\.[cm]ts|dist\/testing\/.*\.(js|cjs|d\.ts))$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
});

test('nothing of it runs when it is installed', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
  expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  expect(packed.files.map(({ path }) => path)).not.toContain('binding.gyp');
});

test('the licence of every package that a bundle holds lies beside it', () => {
  const bundled = readFileSync(join(root, 'dist/bin/licenses.txt'), 'utf8');
  for (const name of ['yargs', 'openid-client', 'hash-wasm', 'proper-lockfile', 'valibot', '@inquirer/password'])
    expect(bundled).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

test('every entry of the library is exported to import and require, each with its own declarations', () => {
  const { './package.json': self, ...entries } = manifest.exports;
  expect(self).toBe('./package.json');
  expect(Object.keys(entries)).toContain('.');
  const library = Object.entries(entries).filter(([entry]) => !entry.startsWith('./testing'));
  for (const [entry, conditions] of library) {
    const name = entry === '.' ? 'index' : entry.slice('./'.length);
    expect(conditions).toEqual({
      import: { types: `./dist/declarations/${name}.d.mts`, default: `./dist/esm/${name}.mjs` },
      require: { types: `./dist/declarations/${name}.d.cts`, default: `./dist/cjs/${name}.cjs` },
    });
  }
});

test('publint finds nothing amiss', async () => {
  const { messages } = await publint({ pkgDir: root, strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
});

test('the types are right however they are resolved', () => {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  // What tests import is a module only, and its types are held by test/faults/testing-package.slow.test.ts.
  const others = [
    '--exclude-entrypoints',
    ...Object.keys(manifest.exports).filter((entry) => /^\.\/testing/.test(entry)),
  ];
  const { stdout, status } = spawnSync(process.execPath, [attw, packed.tarball, '--format', 'json', ...others], {
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout).problems ?? {}, stdout).toEqual({});
  expect(status).toBe(0);
}, 60_000);

test('the declarations are what tsc says of the sources now', () => {
  execFileSync(process.execPath, [join(root, 'scripts/declarations.mjs')], { stdio: 'pipe' });
}, 60_000);
