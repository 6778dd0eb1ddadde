import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
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
          (await window('credentials:signIn', '', 's3cret')).code,
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

test('every example is tested here', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) => /js$/.test(name));
  expect(examples.sort()).toEqual(['command-line.mjs', 'electron-main.cjs', 'server.mjs']);
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
