import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { NpmProject, needsRegistry } from '../support/npm-project.ts';
import { root, Stranger } from './packed.ts';

let stranger: Stranger;
let home: string;
beforeAll(() => {
  stranger = new Stranger();
  cpSync(join(root, 'examples'), stranger.folder, { recursive: true });
}, 60_000);
afterAll(() => stranger.remove());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-examples-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const environment = () => ({
  PATH: process.env.PATH,
  HOME: home,
  EXAMPLE_CLI_STORAGE: 'file',
  EXAMPLE_SERVER_STORAGE: 'file',
  EXAMPLE_DESKTOP_STORAGE: 'file',
  EXAMPLE_COMMANDER_STORAGE: 'file',
  EXAMPLE_OCLIF_STORAGE: 'file',
});

function node(args: readonly string[], input = '', extra: Readonly<Record<string, string>> = {}) {
  const options = { cwd: stranger.folder, env: { ...environment(), ...extra }, encoding: 'utf8', input } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, args, options);
  return { stdout, stderr, exit: status };
}

describe('examples/command-line.mjs', () => {
  const cli = (command: string, input?: string, extra?: Record<string, string>) =>
    node(['command-line.mjs', ...command.split(' ')], input, extra);

  test('signs in, prints the token, names its store, and signs out', () => {
    expect(cli('login alice', 's3cret\n')).toEqual({ stdout: 'stored in: file\n', stderr: '', exit: 0 });
    expect(cli('token alice')).toEqual({ stdout: 's3cret', stderr: '', exit: 0 });
    expect(cli('doctor').stdout).toMatch(/^Encrypted file \(sealed by home directory\)\n {2}/);
    expect(cli('logout alice').stdout).toBe('removed from: file\n');
    expect(cli('token alice')).toEqual({
      stdout: '',
      stderr: 'example-cli: nobody is signed in as alice\n',
      exit: 1,
    });
  });

  test('fails with the reason and a hint if the required keyring is unavailable', () => {
    const { stderr, exit } = cli('login alice', 's3cret', { EXAMPLE_CLI_STORAGE: 'keychain' });
    expect(exit).toBe(4);
    expect(stderr).toMatch(/^example-cli: EXAMPLE_CLI_STORAGE=keychain requires .*\n {2}hint: /);
    expect(stderr).not.toContain('s3cret');
  });
});

describe('examples/server.mjs', () => {
  test('responds with its stored token, and with an error if there is none', async () => {
    const server = spawn(process.execPath, ['server.mjs', '0'], { cwd: stranger.folder, env: environment() });
    onTestFinished(async () => {
      await stop(server);
    });
    const port = await readPort(server);
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/items`);
      return [answer.status, await answer.text()];
    };
    expect(await ask()).toEqual([503, 'the token for the upstream server is missing\n']);
    const setUp = `
      const { openCredentialStore } = await import('keystow');
      const store = await openCredentialStore({ application: { name: 'example-server' } });
      await store.set('upstream.example.com', 'server', 's3cret');`;
    expect(node(['--input-type=module', '--eval', setUp])).toEqual({ stdout: '', stderr: '', exit: 0 });
    expect(await ask()).toEqual([200, 'would request /items with a token of 6 characters\n']);
    expect(await stop(server)).toBe(0);
  });
});

describe('examples/electron-main.cjs', () => {
  test('answers messages of its window, and never sends it the token', () => {
    writeFileSync(
      join(stranger.folder, 'main.cjs'),
      `const { serveCredentials } = require('./electron-main.cjs');
      const listeners = new Map();
      const window = (channel, ...args) => listeners.get(channel)({}, ...args);
      (async () => {
        const credentials = await serveCredentials({ handle: (channel, listener) => listeners.set(channel, listener) });
        const results = [
          await window('credentials:isSignedIn', 'alice'),
          (await window('credentials:signIn', 'alice', 's3cret')).value.store,
          await window('credentials:isSignedIn', 'alice'),
          await credentials.token('alice'),
          (await window('credentials:signIn', 'a\\0b', 's3cret')).code,
          (await window('credentials:signOut', 'alice')).value,
        ];
        await credentials.close();
        console.log(JSON.stringify(results));
      })();`,
    );
    const { stdout, stderr } = node(['main.cjs']);
    expect({ results: JSON.parse(stdout || 'null'), stderr }).toEqual({
      results: [false, 'file', true, 's3cret', 'invalid-name', ['file']],
      stderr: '',
    });
  });
});

describe('docs/api.md', () => {
  const [tasks = ''] = readFileSync(join(root, 'docs/api.md'), 'utf8').split('\n## Reference\n');
  const programs = [...tasks.matchAll(/^## ([^\n]*)|^```js\n(.*?)^```$/gms)];
  let task = '';
  const outputs: Readonly<Record<string, string>> = {
    'Store a token': 't0ken\n',
    'Find out where it is': 'stored in: file\nalice: file\n',
    'Log out': '[]\n',
    'In tests': 't0ken\n',
    Servers: 'the token is missing\n',
  };
  for (const [index, [, title, program]] of programs.entries()) {
    if (title !== undefined) task = title;
    else {
      // Only the first program of a task has its output here.
      const output = programs[index - 1]?.[1] === task ? (outputs[task] ?? '') : '';
      test(`program ${index}, of "${task}", runs as it is`, () => {
        writeFileSync(join(stranger.folder, 'task.mjs'), program ?? '');
        const { stdout, exit } = node(['task.mjs'], '', { ACME_STORAGE: 'file' });
        expect({ stdout, exit }).toEqual({ stdout: expect.stringContaining(output), exit: 0 });
      });
    }
  }

  test('has a program for most tasks', () => {
    expect(programs.filter(([, title]) => title === undefined).length).toBeGreaterThan(5);
  });
});

describe('with packages from npm', needsRegistry('commander'), () => {
  let project: NpmProject;
  beforeAll(() => {
    const typescript = 'typescript@7.0.2';
    project = new NpmProject(['commander@14.0.3', '@oclif/core@4.8.4', 'electron@45.5.0', typescript]);
    cpSync(join(root, 'examples'), project.folder, { recursive: true });
    // oclif reads both.
    project.write('package.json', JSON.stringify({ private: true, name: 'example', version: '1.0.0' }));
  });
  afterAll(() => project.remove());

  const run = (example: string, args: readonly string[], input = '', extra: Readonly<Record<string, string>> = {}) =>
    project.run([process.execPath, example, ...args], { ...environment(), ...extra }, input);

  test('examples/commander.mjs signs in, prints the token, and signs out', () => {
    expect(run('commander.mjs', ['login', 'alice'], 's3cret\n')).toEqual({
      stdout: 'stored in: file\n',
      stderr: '',
      exit: 0,
    });
    expect(run('commander.mjs', ['token', 'alice'])).toEqual({ stdout: 's3cret', stderr: '', exit: 0 });
    expect(run('commander.mjs', ['doctor']).stdout).toMatch(/^Encrypted file/);
    expect(run('commander.mjs', ['logout', 'alice']).stdout).toBe('removed from: file\n');
    expect(run('commander.mjs', ['token', 'alice'])).toEqual({
      stdout: '',
      stderr: 'nobody is signed in as alice\n',
      exit: 1,
    });
  });

  test('examples/oclif.mjs stores the token, and prints the hint of an error as a suggestion', () => {
    expect(run('oclif.mjs', ['alice'], 's3cret\n')).toMatchObject({ stdout: 'stored in: file\n', exit: 0 });
    expect(run('oclif.mjs', ['alice'], '')).toMatchObject({ stdout: '', exit: 1 });
    const { stderr, exit } = run('oclif.mjs', ['alice'], 's3cret', { EXAMPLE_OCLIF_STORAGE: 'keychain' });
    expect(exit).toBe(4);
    expect(stderr).toMatch(/Code: keyring-required[\s\S]*Try this: /);
    expect(stderr).not.toContain('s3cret');
  });

  test("examples/electron-main.cjs agrees with Electron's types", () => {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, noImplicitAny: false, allowJs: true, checkJs: true, skipLibCheck: true },
      ...{ module: 'nodenext', target: 'es2023', types: ['node'] },
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['main.mts', 'electron-main.cjs'] }));
    project.write(
      'main.mts',
      `import { app, ipcMain } from 'electron';
      import { serveCredentials } from './electron-main.cjs';
      const credentials = await serveCredentials(ipcMain);
      app.on('before-quit', () => void credentials.close());`,
    );
    const { stdout, exit } = project.run([process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 });
  });
});

test('every example is tested here', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) => /js$/.test(name));
  expect(examples.sort()).toEqual([
    'command-line.mjs',
    'commander.mjs',
    'electron-main.cjs',
    'oclif.mjs',
    'server.mjs',
  ]);
});

test('a TypeScript project sees the same types by import and by require', () => {
  const source = `
    store.get('a', 'b') satisfies Promise<{ expose(): Uint8Array } | undefined>;
    store.set('a', 'b', 'text').then(({ store }) => store satisfies 'file' | string);
    const known: readonly ErrorCode[] = errorCodes;
    // @ts-expect-error: no such code
    const unknown: ErrorCode = 'no-such-code';
    export { known, unknown };`;
  const names = 'type ApplicationStore, type ErrorCode, errorCodes, openCredentialStore';
  const open = `declare const store: ApplicationStore; void openCredentialStore({ application: { name: 'x' } });`;
  writeFileSync(join(stranger.folder, 'a.mts'), `import { ${names} } from 'keystow';\n${open}${source}`);
  writeFileSync(join(stranger.folder, 'b.cts'), `import { ${names} } from 'keystow';\n${open}${source}`);
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const lib = ['--lib', 'es2023,esnext.disposable'];
  const { stdout, exit } = node([tsc, ...options, ...lib, 'a.mts', 'b.cts']);
  expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 });
});

function readPort(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (chunk) => {
      output += chunk;
      const [, port] = /listening on (\d+)\n/.exec(output) ?? [];
      if (port) resolve(port);
    });
    server.once('close', () => reject(new Error(`the server exited: ${output}`)));
  });
}

/** Stops the server, and returns its exit code. */
function stop(server: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve(server.exitCode);
    server.once('close', resolve);
    server.kill('SIGTERM');
  });
}
