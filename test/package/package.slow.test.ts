import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, pack, root } from './packed.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let folder: string;
let packed: Packed & { readonly tarball: string };
let unpacked: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-packed-'));
  packed = pack(folder);
  unpacked = join(folder, 'package');
  execFileSync('tar', ['-xzf', packed.tarball, '-C', folder]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package is smaller than 1.2 MB', () => {
  expect(packed.size).toBeLessThan(1_200_000);
});

test('the package has its programs, entries and declarations, and no development files', () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of Object.values(manifest.bin)) expect(paths).toContain(path);
  const allowed =
    /^(LICENSE|README\.md|package\.json|man\/.*\.1|dist\/(bin|cjs|esm)\/.*\.[cm]js|dist\/(bin|cjs|esm)\/licenses\.txt|dist\/bin\/package\.json|dist\/sbom\.cdx\.json|dist\/declarations\/\w+\.d\.[cm]ts|dist\/testing\/.*\.(js|cjs|d\.ts)|dist\/testing\/types-cjs\/package\.json)$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
});

test('the package has no scripts, so that npm runs none when it is installed or in its folder', () => {
  const published = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  const { scripts, devDependencies, ...rest } = manifest;
  expect(published).toEqual(rest);
  expect(packed.files.map(({ path }) => path)).not.toContain('binding.gyp');
});

test('npm install works in the folder of the package', () => {
  const installed = join(folder, 'installed');
  cpSync(unpacked, installed, { recursive: true });
  // Without its dependencies, which need a registry. `prepare` would run anyway.
  const { dependencies, peerDependencies, ...published } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  writeFileSync(join(installed, 'package.json'), JSON.stringify(published));
  const { status, stderr } = spawnSync('npm', ['install', '--offline'], { cwd: installed, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 60_000);

test('npm pack in a clone fails with a hint instead of packing its manifest', () => {
  const before = readFileSync(join(root, 'package.json'), 'utf8');
  const args = ['pack', '--pack-destination', folder, '--foreground-scripts'];
  const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stderr).toContain('hint: run `npm run stage && npm pack ./dist/package`');
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe(before);
}, 60_000);

test('the licence of every bundled package is included', () => {
  const bundled = readFileSync(join(root, 'dist/bin/licenses.txt'), 'utf8');
  for (const name of ['yargs', 'openid-client', 'hash-wasm', 'valibot'])
    expect(bundled).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

test('[REL6] the bill of materials lists every bundled package and every dependency, with version, hash and licence', () => {
  const bom = JSON.parse(readFileSync(join(unpacked, 'dist/sbom.cdx.json'), 'utf8'));
  expect(bom).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { purl: `pkg:npm/keystow@${packed.version}` } },
  });
  const isBundled = ({ properties }: { properties: readonly { name: string }[] }) =>
    properties.some(({ name }) => name === 'cdx:npm:package:bundled');
  const bundled = bom.components
    .filter(isBundled)
    .map(({ name, version }: Record<string, string>) => `${name} ${version}`);
  const licences = ['bin', 'esm', 'cjs'].map((name) =>
    readFileSync(join(unpacked, 'dist', name, 'licenses.txt'), 'utf8'),
  );
  const listed = licences.flatMap((text) =>
    text.split(/^-{80}$/m).flatMap((notice) => /^\s*(\S+ \S+) \(/.exec(notice)?.[1] ?? []),
  );
  expect([...bundled].sort()).toEqual([...new Set(listed)].sort());
  const names = bom.components.map(({ name }: { name: string }) => name);
  for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(name);
  for (const name of ['vitest', 'typescript', 'rolldown']) expect(names).not.toContain(name);
  for (const { hashes, licenses } of bom.components) expect([hashes.length, licenses.length]).not.toContain(0);
  expect(JSON.stringify(bom)).not.toMatch(/timestamp|serialNumber/);
});

test('every entry of the library is exported to import and to require, each with its own declarations', () => {
  const { './package.json': self, ...entries } = manifest.exports;
  expect(self).toBe('./package.json');
  expect(Object.keys(entries)).toContain('.');
  const library = Object.entries(entries).filter(([entry]) => !entry.startsWith('./testing'));
  for (const [entry, conditions] of library) {
    const name = entry === '.' ? 'index' : entry.slice('./'.length);
    expect(conditions).toEqual({
      import: {
        types: `./dist/declarations/${name}.d.mts`,
        // Bundlers, then Node.js since 20.19 and 22.10, then every other Node.js.
        module: `./dist/esm/${name}.mjs`,
        'module-sync': `./dist/esm/${name}.mjs`,
        node: `./dist/esm/${name}-by-require.mjs`,
        default: `./dist/esm/${name}.mjs`,
      },
      require: { types: `./dist/declarations/${name}.d.cts`, default: `./dist/cjs/${name}.cjs` },
    });
  }
});

test('publint finds no problems', async () => {
  const { messages } = await publint({ pkgDir: unpacked, strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
});

test('the types resolve in every module system', () => {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  // The testing entries are ES modules only. test/faults/testing-package.slow.test.ts checks their types.
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

test('the declarations can be generated from the sources', () => {
  execFileSync(process.execPath, [join(root, 'scripts/declarations.mjs')], { stdio: 'pipe' });
}, 60_000);
