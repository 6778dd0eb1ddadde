import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost, tokenAnswer } from '../support/dify-host.ts';
import { scriptOf } from '../support/programs.ts';

/** The entries have fixed names, so the credentials of whoever runs this by hand would be touched. */
const missing =
  process.platform !== 'win32'
    ? 'this is not Windows'
    : process.env.CI
      ? undefined
      : 'it replaces the credential jsm of whoever runs it: set CI=true';

const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';

describeStore('over the Credential Manager of Windows', 'credential-manager-native', missing, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keystow-windows-'));
  });
  afterEach(() => {
    run('jsm', 'logout');
    run('difyctl', 'auth', 'logout', '--all-hosts');
    rmSync(folder, { recursive: true, force: true });
  });

  const environment = () => ({ ...process.env, APPDATA: folder });

  function run(program: string, ...args: readonly string[]) {
    const options = { env: environment(), encoding: 'utf8', input: '', timeout: 20_000 } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, [scriptOf(program), ...args], options);
    return { stdout, stderr, exit: status };
  }

  /** Without waiting, so that a server in this process can answer. */
  function begin(program: string, ...args: readonly string[]): Promise<number | null> {
    const child = spawn(process.execPath, [scriptOf(program), ...args], { env: environment(), stdio: 'ignore' });
    return new Promise((done) => child.once('close', done));
  }

  const cmdkey = (argument: string) => spawnSync('cmdkey', [argument], { encoding: 'utf8' }).stdout;
  const isListed = (target: string) => cmdkey('/list').includes(`target=${target}\r\n`);

  test('jsm keeps its credential there, with no setting and no question, under the target jsm', () => {
    const { stdout, stderr, exit } = run('jsm', 'auth', 'set-key', key);
    expect({ stdout, stderr, exit }).toEqual({
      stdout: 'stored the API key in the Credential Manager\n',
      stderr: '',
      exit: 0,
    });
    expect(isListed('jsm')).toBe(true);
    expect(run('jsm', 'auth', 'token').stdout).toBe(key);
    expect(run('jsm', 'doctor').stdout).toMatch(/^Credential Storage: OS keyring\r?\n/);
  });

  test('after that entry was deleted nobody is signed in, jsm logout ends well, and the next one makes it again', () => {
    run('jsm', 'auth', 'set-key', key);
    cmdkey('/delete:jsm');
    expect(run('jsm', 'auth', 'token').exit).toBe(4);
    expect(run('jsm', 'logout').exit).toBe(0);
    expect(run('jsm', 'auth', 'set-key', key).exit).toBe(0);
    expect(isListed('jsm')).toBe(true);
    expect(run('jsm', 'auth', 'token').stdout).toBe(key);
  });

  test('difyctl keeps its token there, under the service difyctl/ and the host', async () => {
    const token = tokenAnswer({ token: 'token-of-alice', account: { id: 'alice' } });
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })], token: [token] });
    expect(await begin('difyctl', 'auth', 'login', '--host', host.url)).toBe(0);
    await host.stop();
    expect(isListed(`alice.difyctl/${host.url}`)).toBe(true);
    expect(run('difyctl', 'auth', 'token').stdout).toBe('token-of-alice');
  });
});
