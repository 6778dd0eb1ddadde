import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadBinding } from '../../src/adapters/native/binding.ts';
import { findOwnFile, findOwnPackage, findPackageFolder } from '../../src/adapters/native/own-package.ts';
import { openBrowser } from '../../src/adapters/process/run-child.ts';
import { needsPosix } from '../support/needs.ts';

const name = '@napi-rs/keyring';
const platformName = `${name}-${process.platform}-${process.arch}`;

/** Stands for a folder such as /tmp, in which others can write. */
let shared: string;
beforeEach(() => {
  shared = realpathSync(mkdtempSync(join(tmpdir(), 'keystow-shared-')));
  chmodSync(shared, 0o1777);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(shared, { recursive: true });
});

/** Puts a package into a folder below `shared`, and returns its folder. Its code returns the folder's name. */
function install(folder: string, manifest: Readonly<Record<string, unknown>> = {}): string {
  const path = join(shared, folder);
  mkdirSync(path, { recursive: true });
  const own = { name: folder.split('node_modules/').at(-1), main: 'index.cjs', ...manifest };
  writeFileSync(join(path, 'package.json'), JSON.stringify(own));
  writeFileSync(join(path, 'index.cjs'), `module.exports = { from: ${JSON.stringify(folder)} };`);
  return path;
}

/** The built files of a package, with a manifest of their own, as in dist/bin. */
function addBuilt(folder: string): string {
  const built = join(shared, folder, 'dist/bin');
  mkdirSync(built, { recursive: true });
  writeFileSync(join(built, 'package.json'), '{"type":"commonjs"}');
  return built;
}

function installKeystow(folder: string): string {
  install(folder, { name: 'keystow' });
  return addBuilt(folder);
}

const optionalDependencies = {
  [platformName]: '2.1.2',
  [`${platformName}-musl`]: '2.1.2',
  [`${name}-plan9-x64`]: '2.1.2',
};
const installBinding = (folder: string) => install(`${folder}/${name}`, { optionalDependencies });
const from = (built: string) => (loadBinding(built) as unknown as { readonly from: string }).from;

describe('[OWN1] the native module is found as package managers install it', () => {
  test.each([
    ['beside the package, hoisted', 'app/node_modules/keystow', 'app/node_modules'],
    ['in the package', 'app/node_modules/keystow', 'app/node_modules/keystow/node_modules'],
    ['in a clone', 'clone', 'clone/node_modules'],
    ['installed globally', 'lib/node_modules/keystow', 'lib/node_modules'],
    ['under another name', 'app/node_modules/@acme/keystow', 'app/node_modules'],
    ['hoisted over a nested package', 'app/node_modules/tool/node_modules/keystow', 'app/node_modules'],
  ])('%s', (_, keystow, modules) => {
    const built = installKeystow(keystow);
    installBinding(modules);
    install(`${modules}/${platformName}`);
    expect(from(built)).toBe(`${modules}/${platformName}`);
  });

  test('by pnpm, with links', needsPosix, () => {
    const store = 'app/node_modules/.pnpm';
    const built = installKeystow(`${store}/keystow@0.2.0/node_modules/keystow`);
    const binding = installBinding(`${store}/keyring@2.1.2/node_modules`);
    install(`${store}/keyring@2.1.2/node_modules/${platformName}`);
    mkdirSync(join(shared, `${store}/keystow@0.2.0/node_modules/@napi-rs`));
    symlinkSync(binding, join(shared, `${store}/keystow@0.2.0/node_modules/${name}`));
    expect(from(built)).toBe(`${store}/keyring@2.1.2/node_modules/${platformName}`);
  });

  test('beside an application that was bundled with keystow', () => {
    install('app', { name: 'app' });
    const built = addBuilt('app');
    installBinding('app/node_modules');
    install(`app/node_modules/${platformName}`);
    expect(from(built)).toBe(`app/node_modules/${platformName}`);
  });

  test('the second one, if the first is for another C library', () => {
    const built = installKeystow('app/node_modules/keystow');
    installBinding('app/node_modules');
    const broken = install(`app/node_modules/${platformName}`);
    writeFileSync(join(broken, 'index.cjs'), 'throw new Error("wrong library")');
    install(`app/node_modules/${platformName}-musl`);
    expect(from(built)).toBe(`app/node_modules/${platformName}-musl`);
  });
});

test('the folder of the package comes from the stack, whatever the stack is otherwise for', () => {
  const root = resolve(import.meta.dirname, '../..');
  const { stackTraceLimit, prepareStackTrace } = Error;
  onTestFinished(() => void Object.assign(Error, { stackTraceLimit, prepareStackTrace }));
  const prepare = () => 'prepared';
  Object.assign(Error, { stackTraceLimit: 0, prepareStackTrace: prepare });
  expect(findOwnFile()).toBe(join(root, 'src/adapters/native/own-package.ts'));
  expect(findPackageFolder()).toBe(root);
  expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual([0, prepare]);
});

describe('[OWN2] nothing that somebody planted above the package is loaded', () => {
  /** Where others can write: the folders above the package, the home directory, and what the environment names. */
  function plant(folder: string): void {
    installBinding(folder);
    install(`${folder}/${platformName}`);
    install(`${folder}/${name}-wasm32-wasi`);
    install(`${folder}/open`);
  }

  test.each([
    ['a clone', 'clone'],
    ['an unpacked package', 'deep/down/package'],
    ['an installed package', 'app/node_modules/keystow'],
  ])('by %s without the binding', async (_, keystow) => {
    const built = installKeystow(keystow);
    plant('node_modules');
    expect(createRequire(join(built, 'x.cjs')).resolve(name)).toContain(shared);
    expect(() => loadBinding(built)).toThrow("Cannot find module '@napi-rs/keyring'");
    vi.stubEnv('DISPLAY', ':0');
    await expect(openBrowser('https://example.com', built)).rejects.toThrow("Cannot find module 'open'");
  });

  test('by the binding, without the module of this platform', () => {
    const built = installKeystow('app/node_modules/keystow');
    installBinding('app/node_modules');
    plant('node_modules');
    expect(() => loadBinding(built)).toThrow(`Cannot find module '${platformName}'`);
  });

  test('by the binding, if the module of this platform cannot be loaded', () => {
    const built = installKeystow('app/node_modules/keystow');
    installBinding('app/node_modules');
    const broken = install(`app/node_modules/${platformName}`);
    writeFileSync(join(broken, 'index.cjs'), 'throw new Error("wrong library")');
    plant('node_modules');
    expect(() => loadBinding(built)).toThrow('wrong library');
  });

  test('from NODE_PATH and the folders in the home directory', () => {
    const built = installKeystow('clone');
    plant('home/.node_modules');
    plant('home/.node_libraries');
    vi.stubEnv('HOME', join(shared, 'home'));
    vi.stubEnv('NODE_PATH', join(shared, 'home/.node_modules'));
    expect(() => loadBinding(built)).toThrow("Cannot find module '@napi-rs/keyring'");
  });

  test('by a bundle without a manifest, with one planted above it', needsPosix, () => {
    plant('node_modules');
    install('.', { name: 'planted' });
    const bundle = join(shared, 'bundle');
    mkdirSync(bundle);
    expect(findOwnPackage(name, bundle)).toBeUndefined();
  });
});
