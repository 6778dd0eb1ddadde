import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shell } from '../cli/shell.ts';
import { needsPosix } from '../support/needs.ts';
import { patienceMs } from '../support/patience.ts';
import { findScript } from '../support/programs.ts';

const root = resolve(import.meta.dirname, '../..');

/** Every package that the programs or their bundles name. */
const planted = [
  '@napi-rs/keyring',
  `@napi-rs/keyring-${process.platform}-${process.arch}`,
  `@napi-rs/keyring-${process.platform}-${process.arch}-gnu`,
  '@napi-rs/keyring-wasm32-wasi',
  'open',
  'hash-wasm',
  'yargs',
  'openid-client',
  'valibot',
  'proper-lockfile',
];

describe('[OWN3] programs below a folder in which others can write', needsPosix, () => {
  let shared: string;
  let loaded: string;
  const keystow = () => join(shared, 'keystow');
  beforeAll(() => {
    shared = mkdtempSync(join(tmpdir(), 'keystow-planted-'));
    chmodSync(shared, 0o1777);
    loaded = join(shared, 'loaded');
    mkdirSync(keystow());
    cpSync(join(root, 'package.json'), join(keystow(), 'package.json'));
    for (const built of [dirname(findScript('keystow')), join(root, 'dist/cjs'), join(root, 'dist/esm')])
      cpSync(built, join(keystow(), relative(root, built)), { recursive: true });
    for (const name of planted) {
      const folder = join(shared, 'node_modules', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '2.1.2', main: 'index.js' }));
      const code = `require('fs').appendFileSync(${JSON.stringify(loaded)}, ${JSON.stringify(`${name}\n`)})`;
      writeFileSync(join(folder, 'index.js'), code);
    }
  });
  afterAll(() => rmSync(shared, { recursive: true, force: true, maxRetries: 10 }));

  function run(args: readonly string[], extra: Readonly<Record<string, string>> = {}, input = '') {
    const env = { ...shell.environment(keystow(), keystow()), NODE_PATH: join(shared, 'node_modules'), ...extra };
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', input, timeout: patienceMs });
    return { status, stderr };
  }

  const program = (name: string) => join(keystow(), relative(root, findScript(name)));
  const passphrase = {
    KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
    KEYSTOW_CREDENTIALS_PASSPHRASE: 'p',
    KEYSTOW_SEAL: 'passphrase',
  };

  test.each([
    ['keystow', ['set', 'demo', 'alice'], passphrase],
    ['keystow', ['get', 'demo', 'alice'], passphrase],
    ['keystow', ['list', '--json'], passphrase],
    ['keystow', ['doctor'], passphrase],
    ['keystow', ['doctor', '--explain'], {}],
    ['keystow', ['migrate', '--to', 'file'], passphrase],
    ['keystow', ['delete', 'demo', 'alice'], passphrase],
    ['jsm', ['auth', 'status'], {}],
    ['jsm', ['login'], { JSM_ISSUER: 'http://127.0.0.1:9', JSM_CLIENT_ID: 'a' }],
    ['difyctl', ['auth', 'status'], {}],
    ['git-credential-keystow', ['get'], {}],
    ['docker-credential-keystow', ['list'], {}],
  ] as const)('%s %j loads nothing from there', (name, args, extra) => {
    const { stderr } = run([program(name), ...args], extra, 's3cret');
    expect(stderr).not.toContain('unexpected error');
    expect(existsSync(loaded)).toBe(false);
  });

  test.each(['darwin', 'win32'])('nor does the library on a platform that needs the binding: %s', (platform) => {
    for (const entry of ['dist/cjs/index.cjs', 'dist/cjs/keytar.cjs']) {
      const script = `
      Object.defineProperty(process, 'platform', { value: ${JSON.stringify(platform)} });
      const { openCredentialStore } = require(${JSON.stringify(join(keystow(), entry))});
      openCredentialStore?.({ application: { name: 'acme' } }).then((store) => store.report());`;
      run(['-e', script]);
    }
    expect(existsSync(loaded)).toBe(false);
  });
});
