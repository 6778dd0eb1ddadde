import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);

/** The matrix of difyctl's page. */
const targets: readonly (readonly [target: string, os: string, cpu: string, binary: string])[] = [
  ['darwin-arm64', 'darwin', 'arm64', 'keyring.darwin-arm64.node'],
  ['darwin-x64', 'darwin', 'x64', 'keyring.darwin-x64.node'],
  ['linux-x64-gnu', 'linux', 'x64', 'keyring.linux-x64-gnu.node'],
  ['linux-arm64-gnu', 'linux', 'arm64', 'keyring.linux-arm64-gnu.node'],
  ['win32-x64-msvc', 'win32', 'x64', 'keyring.win32-x64-msvc.node'],
];

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const binding = lock.packages['node_modules/@napi-rs/keyring'];
const loader = readFileSync(require.resolve('@napi-rs/keyring'), 'utf8');

test.each(targets)(
  '%s has its binary as an optional npm package of the binding’s own version',
  (target, os, cpu, binary) => {
    const name = `@napi-rs/keyring-${target}`;
    const locked = lock.packages[`node_modules/${name}`];
    expect(locked).toMatchObject({ version: binding?.version, optional: true, os: [os], cpu: [cpu] });
    expect(locked?.integrity).toMatch(/^sha512-/);
    expect(binding?.optionalDependencies?.[name]).toBe(binding?.version);
    // The binding looks for the file beside itself, and then for the package that brings it.
    expect(loader).toContain(`require('./${binary}')`);
    expect(loader).toContain(`require('${name}')`);
  },
);

test('the package that is installed here brings the binary by the name of its target, and it loads', () => {
  const folders = targets.flatMap(([target, os, cpu, binary]) =>
    os === process.platform && cpu === process.arch ? [{ name: `@napi-rs/keyring-${target}`, binary }] : [],
  );
  for (const { name, binary } of folders) {
    const manifest = require.resolve(`${name}/package.json`);
    expect(JSON.parse(readFileSync(manifest, 'utf8')).main).toBe(binary);
    expect(readdirSync(dirname(manifest))).toContain(binary);
    expect(require(name)).toHaveProperty('AsyncEntry');
  }
  expect(require('@napi-rs/keyring')).toHaveProperty('AsyncEntry');
});
