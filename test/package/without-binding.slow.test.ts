import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shell } from '../cli/shell.ts';
import { needsPosix } from '../support/needs.ts';
import { patienceMs } from '../support/patience.ts';
import { findScript } from '../support/programs.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the installed programs, without the native binding', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keystow-without-'));
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    for (const built of [dirname(findScript('keystow')), join(root, 'dist/cjs'), join(root, 'dist/esm')])
      cpSync(built, join(folder, relative(root, built)), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  function run(program: string, args: readonly string[], input = '') {
    const script = join(folder, relative(root, findScript(program)));
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], {
      env: shell.environment(folder, folder),
      encoding: 'utf8',
      input,
      timeout: patienceMs,
    });
    return { stdout, stderr, exit: status };
  }

  test('cannot load it', () => {
    const load = createRequire(join(folder, 'package.json'));
    expect(() => load('@napi-rs/keyring')).toThrow("Cannot find module '@napi-rs/keyring'");
  });

  test('[PKG3] store credentials in the encrypted file', () => {
    expect(run('keystow', ['set', 'demo', 'alice'], 's3cret\n')).toMatchObject({
      stdout: expect.stringMatching(/^stored demo alice in the encrypted file/),
      stderr: expect.stringMatching(/^(keystow: OS keyring not used: .+; using the encrypted file \(.+\)\n)?$/),
      exit: 0,
    });
    expect(run('keystow', ['get', 'demo', 'alice'])).toEqual({ stdout: 's3cret', stderr: '', exit: 0 });
    expect(run('keystow', ['delete', 'demo', 'alice'])).toMatchObject({ stderr: '', exit: 0 });
  });

  test('report the missing binding in doctor, if the platform has a keyring that needs it', () => {
    const { selection } = JSON.parse(run('difyctl', ['doctor', '--json']).stdout);
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file', warnings: [] });
    const reasons = selection.skipped.map(({ reason }: { readonly reason: string }) => reason);
    if (process.platform === 'linux') expect(reasons).toContain('no-session-bus');
    else expect(reasons).toEqual(['binding-missing']);
  });

  // Pretending to be macOS takes a POSIX system.
  test.each(['dist/cjs/index.cjs', 'dist/esm/index.mjs'])(
    '%s says how to install it in the folder of the package',
    needsPosix,
    (entry) => {
      const script = `
      Object.defineProperty(process, 'platform', { value: 'darwin' });
      const { openCredentialStore } = await import(${JSON.stringify(pathToFileURL(join(folder, entry)))});
      const store = await openCredentialStore({ application: { name: 'acme' } });
      console.log(JSON.stringify((await store.report()).selection.skipped));`;
      const env = shell.environment(folder, folder);
      const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
      const fix = `npm install --prefix ${realpathSync(folder)} --omit=dev --include=optional --ignore-scripts --no-save`;
      expect({ stderr: run.stderr, skipped: JSON.parse(run.stdout || 'null') }).toMatchObject({
        stderr: '',
        skipped: [{ store: 'keychain', reason: 'binding-missing', fix }],
      });
    },
  );
});
