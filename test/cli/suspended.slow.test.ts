import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createFakePass, type FakePass } from '../pass/fake-pass.ts';
import { eventually } from '../support/eventually.ts';
import { needsLinux } from '../support/needs.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { expireStored, jsmAt, login } from './jsm-login.ts';
import { type Running, Sandbox } from './sandbox.ts';

/** strace, which the leak watch uses, can't suspend a process. */
const unwatched = { timed: true };
const preload = join(import.meta.dirname, 'suspend-self.cjs');

interface Suspended {
  readonly pid: number;
  /** Continues it, and waits until it ends. */
  resume(): Running['end'];
}

/** Starts a command, and waits until it has suspended itself. */
async function suspend(
  sandbox: Sandbox,
  command: string,
  before: 'a write' | 'a response',
  extra: Readonly<Record<string, string>> = {},
): Promise<Suspended> {
  const file = join(sandbox.home, 'suspended');
  rmSync(file, { force: true });
  const variables = { NODE_OPTIONS: `--require ${preload}`, SUSPEND_BEFORE: before, SUSPENDED: file, ...extra };
  const running = sandbox.begin(command, variables);
  const pid = await eventually(() => {
    const found = Number(existsSync(file) && readFileSync(file, 'latin1'));
    expect(readFileSync(`/proc/${found}/stat`, 'latin1')).toMatch(/\) T /);
    return found;
  });
  return {
    pid,
    resume() {
      process.kill(pid, 'SIGCONT');
      return running.end;
    },
  };
}

describe('a process that is suspended right before it removes or replaces something', needsLinux, () => {
  let sandbox: Sandbox;
  let pass: FakePass;
  const set = (secret: string, store: 'pass' | 'file') =>
    `printf ${secret} | ${store === 'file' ? 'KEYSTOW_STORAGE=file ' : ''}keystow set demo alice`;
  const get = () => sandbox.run('keystow get demo alice');

  beforeEach(() => {
    pass = createFakePass();
    const variables = { PASSWORD_STORE_DIR: `${pass.home}/.password-store`, KEYSTOW_USE_PASS: '1' };
    sandbox = new Sandbox(variables, unwatched);
    sandbox.environment.PATH = `${pass.home}/programs:${sandbox.environment.PATH}`;
  });
  afterEach(() => sandbox.remove());

  /** No other process stores a newer secret meanwhile. It says which process to wait for, and works afterwards. */
  async function expectNothingLost(command: string, { ends, leaves }: { ends: object; leaves: object }) {
    const first = await suspend(sandbox, command, 'a write');
    const second = sandbox.run(set('newer', 'file'));
    expect(second).toMatchObject({ stdout: '', exit: 1 });
    expect(second.stderr).toContain(`process ${first.pid} (`);
    expect(second.stderr).toContain(`kill -CONT ${first.pid}`);
    expect(await first.resume()).toMatchObject(ends);
    expect(get()).toMatchObject(leaves);
    expect(sandbox.run(set('newest', 'file')).exit).toBe(0);
    expect(get()).toMatchObject({ stdout: 'newest', exit: 0 });
    expect(sandbox.run("ls -A -I '.fallback-noticed-*' .config/keystow").stdout).toBe(
      'credentials.json\nplacement.json\n',
    );
  }

  test('set, which has stored it elsewhere and removes the older copy', async () => {
    sandbox.run(set('old', 'file'));
    await expectNothingLost(set('new', 'pass'), { ends: { exit: 0 }, leaves: { stdout: 'new' } });
  });

  test('set, which replaces it', async () => {
    sandbox.run(set('old', 'file'));
    await expectNothingLost(set('new', 'file'), { ends: { exit: 0 }, leaves: { stdout: 'new' } });
  });

  test('delete', async () => {
    sandbox.run(set('old', 'file'));
    await expectNothingLost('keystow delete demo alice', { ends: { exit: 0 }, leaves: { stdout: '', exit: 1 } });
  });

  test('migrate', async () => {
    sandbox.run(set('old', 'file'));
    await expectNothingLost('keystow migrate --to pass', { ends: { exit: 0 }, leaves: { stdout: 'old' } });
    expect(pass.calls().some((call) => call.startsWith('mv '))).toBe(true);
  });

  test('doctor --repair', async () => {
    sandbox.run(set('old', 'file'));
    sandbox.run('cp .config/keystow/credentials.json saved');
    sandbox.run(set('new', 'pass'));
    sandbox.run('cp saved .config/keystow/credentials.json; rm saved; keystow doctor --accept-file');
    await expectNothingLost('keystow doctor --repair --keep pass', { ends: { exit: 0 }, leaves: { stdout: 'new' } });
  });

  test('passphrase change', async () => {
    Object.assign(sandbox.environment, {
      KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
      KEYSTOW_CREDENTIALS_PASSPHRASE: 'one two three',
      KEYSTOW_NEW_CREDENTIALS_PASSPHRASE: 'one two three',
    });
    sandbox.run(set('old', 'file'));
    await expectNothingLost('keystow passphrase change', { ends: { exit: 0 }, leaves: { stdout: 'old' } });
  });
});

describe('jsm auth token, suspended while the server answers', needsLinux, () => {
  test('keeps its sign-in: no other process renews it with the same refresh token', async () => {
    const provider = await startOidcProvider();
    const sandbox = new Sandbox({ JSM_SEAL: 'home', ...jsmAt(provider) }, unwatched);
    onTestFinished(async () => {
      sandbox.remove();
      await provider.stop();
    });
    const getToken = () => sandbox.begin('jsm auth token').end;
    await login(sandbox, provider);
    await expireStored(sandbox);
    const before = provider.granted.length;
    const first = await suspend(sandbox, 'jsm auth token', 'a response');
    const second = await getToken();
    expect(second).toMatchObject({ stdout: '', exit: 1 });
    expect(second.stderr).toContain(`process ${first.pid} (`);
    const { stdout, exit } = await first.resume();
    expect(exit).toBe(0);
    expect(provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(await provider.isActive(stdout)).toBe(true);
    await expireStored(sandbox);
    const renewed = await getToken();
    expect(renewed.exit).toBe(0);
    expect(await provider.isActive(renewed.stdout)).toBe(true);
  });
});
