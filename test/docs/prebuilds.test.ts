import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);

/** The matrix of difyctl's page. */
const targets = JSON.parse(readFileSync(join(import.meta.dirname, 'prebuilds.json'), 'utf8')) as readonly {
  readonly target: string;
  readonly os: string;
  readonly cpu: string;
}[];

/** The page names the binary of Windows as the others, though it calls the platform win32-x64. */
const binaryOf = (target: string) => `keyring.${target}.node`;

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
  '[PKG1] $target has its binary as an optional npm package of the binding’s own version',
  ({ target, os, cpu }) => {
    const name = `@napi-rs/keyring-${target}`;
    const locked = lock.packages[`node_modules/${name}`];
    expect(locked).toMatchObject({ version: binding?.version, optional: true, os: [os], cpu: [cpu] });
    expect(locked?.integrity).toMatch(/^sha512-/);
    expect(binding?.optionalDependencies?.[name]).toBe(binding?.version);
    // The binding looks for the file beside itself, and then for the package that brings it.
    expect(loader).toContain(`require('./${binaryOf(target)}')`);
    expect(loader).toContain(`require('${name}')`);
  },
);

test('[PKG2] the package that is installed here brings the binary by the name of its target, and it loads', () => {
  const here = targets.find(({ os, cpu }) => os === process.platform && cpu === process.arch);
  if (here !== undefined) {
    const name = `@napi-rs/keyring-${here.target}`;
    const manifest = require.resolve(`${name}/package.json`);
    expect(JSON.parse(readFileSync(manifest, 'utf8')).main).toBe(binaryOf(here.target));
    expect(readdirSync(dirname(manifest))).toContain(binaryOf(here.target));
    expect(require(name)).toHaveProperty('AsyncEntry');
  }
  expect(require('@napi-rs/keyring')).toHaveProperty('AsyncEntry');
});
