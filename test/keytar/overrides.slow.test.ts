import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../package/packed.ts';
import { Project, Published } from './installed.ts';

let published: Published;
let registry: string;
beforeAll(async () => {
  published = new Published();
  registry = await published.start();
}, 60_000);
afterAll(() => published.stop());

/** Creates a project whose user has no keyring. */
function start(manifest: object) {
  const project = new Project(manifest);
  const home = mkdtempSync(join(tmpdir(), 'keystow-for-keytar-home-'));
  onTestFinished(() => {
    project.remove();
    rmSync(home, { recursive: true, force: true });
  });
  const none = process.platform === 'linux' ? {} : { KEYSTOW_DISABLE_KEYRING: '1' };
  const environment = { PATH: process.env.PATH, HOME: home, ...none };
  return {
    project,
    npm: (line: string) => project.npm(line.split(' '), environment, registry),
    run: (args: readonly string[], input?: string) => project.node(args, environment, input),
  };
}

const tool = 'node_modules/.bin/written-for-keytar';

describe('a tool written for keytar, without a keyring', () => {
  test.each([
    ['the registry', () => 'npm:keystow@0'],
    ['a tarball', () => `file:${published.tarball}`],
  ])('[KT1] works unchanged with an override to %s', async (_, keystow) => {
    const { project, npm, run } = start({ dependencies: { 'written-for-keytar': '1.0.0' } });
    await npm(`pkg set overrides.keytar=${keystow()}`);
    await npm('install');
    const replacement = JSON.parse(readFileSync(join(project.folder, 'node_modules/keytar/package.json'), 'utf8'));
    expect(replacement.name).toBe('keystow');
    expect(run([tool, 'login', 'alice'], 'tökén')).toEqual({ stdout: 'signed in as alice', stderr: '', exit: 0 });
    expect(run([tool, 'token', 'alice'])).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
    expect(run([tool, 'login', 'bob'], 'other').exit).toBe(0);
    expect(run([tool, 'token'])).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
    expect(run([tool, 'accounts']).stdout).toBe('alice: tökén\nbob: other');
    expect(run([tool, 'logout', 'alice']).stdout).toBe('signed out');
    expect(run([tool, 'logout', 'alice']).stdout).toBe('was not signed in');
    expect(run([tool, 'token', 'alice'])).toEqual({ stdout: '', stderr: 'not signed in\n', exit: 1 });
    expect(run([tool, 'token', ''])).toEqual({ stdout: 'other', stderr: '', exit: 0 });
  });

  test('reports the selection through an additional function, and through the command that comes with the package', async () => {
    const { npm, run } = start({
      dependencies: { 'written-for-keytar': '1.0.0' },
      overrides: { keytar: 'npm:keystow@0' },
    });
    await npm('install');
    const explain = `require('keytar').explain().then(({ selection }) => console.log(JSON.stringify(selection)))`;
    const selection = JSON.parse(run(['--eval', explain]).stdout);
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file' });
    if (process.platform !== 'linux') return;
    const [{ store, reason, explanation, fix }] = selection.skipped;
    expect({ store, reason }).toEqual({ store: 'secret-service', reason: 'no-session-bus' });
    const doctor = await npm('exec keystow doctor');
    expect(doctor).toContain(explanation);
    expect(doctor).toContain(fix);
  });
});

describe('a program that depends on keytar directly', () => {
  const use = `
    await keytar.setPassword('a service', 'alice', 'tökén');
    const all = [await keytar.getPassword('a service', 'alice'), await keytar.getPassword('a service', 'bob')];
    process.stdout.write(JSON.stringify([...all, await keytar.findCredentials('a service')]));`;
  const expected = JSON.stringify(['tökén', null, [{ account: 'alice', password: 'tökén' }]]);

  test('has keytar’s functions, however it imports them', async () => {
    const { project, npm, run } = start({});
    await npm('install keytar@npm:keystow@0 @types/node');
    const inside = `(async () => {${use}})();`;
    project.write('default.mjs', `import keytar from 'keytar';${use}`);
    project.write('namespace.mjs', `import * as keytar from 'keytar';${use}`);
    project.write('entry.mjs', `import keytar from 'keytar/keytar';${use}`);
    project.write('require.cjs', `const keytar = require('keytar');${inside}`);
    project.write('entry.cjs', `const keytar = require('keytar/keytar');${inside}`);
    // TypeScript compiled to CommonJS, in the two ways that esModuleInterop allows.
    for (const [name, line] of [
      ['interop', `import keytar from 'keytar';`],
      ['star', `import * as keytar from 'keytar';`],
      ['assigned', `import keytar = require('keytar');`],
    ])
      project.write(`${name}.cts`, `${line}\n(async () => {${use}})();`);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const lib = ['--lib', 'es2023,esnext.disposable'];
    expect(run([tsc, ...options, ...lib, 'interop.cts', 'star.cts', 'assigned.cts'])).toMatchObject({
      stdout: '',
      exit: 0,
    });
    for (const name of [
      ...['default.mjs', 'namespace.mjs', 'entry.mjs', 'require.cjs', 'entry.cjs'],
      ...['interop.cjs', 'star.cjs', 'assigned.cjs'],
    ])
      expect(run([name]), name).toEqual({ stdout: expected, stderr: '', exit: 0 });
  });
});
