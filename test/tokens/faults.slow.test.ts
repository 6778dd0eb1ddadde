import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needs, needsPosix, needsRoot } from '../support/needs.ts';

let sandbox: Sandbox;
afterEach(() => sandbox.remove());

const response = (index: number) =>
  `{"access_token":"at${index}","refresh_token":"rt${index}","expires_in":${index === 1 ? 0 : 3600}}`;
const printed = (index: number) => `echo '${response(index)}'`;
const open = (extra: Readonly<Record<string, string>> = {}) => {
  sandbox = new Sandbox({ KEYSTOW_QUIET: '1', ...extra }, { timed: true });
};
const run = (command: string, extra: Readonly<Record<string, string>> = {}) => sandbox.begin(command, extra).end;
const token = (command: string) => run('keystow token api alice --refresh-command "$COMMAND"', { COMMAND: command });

describe('a token is kept', needsPosix, () => {
  beforeEach(async () => {
    open({ KEYSTOW_STORAGE: 'file' });
    await run(`${printed(1)} | keystow set --token api alice`);
  });

  test('if its process is suspended during the request, and others wait', async () => {
    const running = sandbox.begin('exec keystow token api alice --refresh-command "$COMMAND"', {
      COMMAND: `echo "begun $PPID" >&2; sleep 1; ${printed(2)}`,
    });
    const [, pid] = await running.matching(/begun (\d+)/);
    process.kill(Number(pid), 'SIGSTOP');
    const waiting = Array.from({ length: 4 }, () => token('exit 4'));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    process.kill(Number(pid), 'SIGCONT');
    for (const { stdout } of await Promise.all([running.end, ...waiting])) expect(stdout).toBe('at2');
  });

  test('and others fail with one that fails, without a request of their own', async () => {
    const log = join(sandbox.home, 'requests');
    const failing = `echo request >>'${log}'; sleep 1; exit 1`;
    const all = await Promise.all(Array.from({ length: 8 }, () => token(failing)));
    expect(all.map(({ exit }) => exit)).toEqual(all.map(() => 1));
    // One that starts only after the first has failed sends one, too.
    expect(execFileSync('cat', [log], { encoding: 'utf8' }).split('\n').length - 1).toBeLessThan(8);
    expect((await token(printed(2))).stdout).toBe('at2');
  });

  test.each(['', 'garbage', '{}', '[]', 'null', '{"access_token":null}', '{"access_token":""}', '{"access_token":7}'])(
    'if the refresh command prints %j',
    async (text) => {
      const { stdout, exit } = await token(`printf %s '${text}'`);
      expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
      expect((await token(`grep -q rt1 && ${printed(2)}`)).stdout).toBe('at2');
    },
  );

  test('if the refresh command prints without end', async () => {
    expect(await token('yes')).toMatchObject({ stdout: '', exit: 1 });
    expect((await token(printed(2))).stdout).toBe('at2');
  });
});

const hasFaketime = spawnSync('faketime', ['--version']).status === 0;

describe('a clock that jumps by a day', needs(hasFaketime, 'faketime'), () => {
  test.each(['-1d', '+1d'])('%s costs one request each way', async (jump) => {
    open({ KEYSTOW_STORAGE: 'file' });
    await run(`${printed(1)} | keystow set --token api alice`);
    expect((await token(printed(2))).stdout).toBe('at2');
    const jumped = (command: string) =>
      run(`faketime -f '${jump}' keystow token api alice --refresh-command "$COMMAND"`, { COMMAND: command });
    expect((await jumped(printed(3))).stdout).toBe('at3');
    expect((await jumped('exit 4')).stdout).toBe('at3');
    expect((await token(printed(4))).stdout).toBe('at4');
    expect((await token('exit 4')).stdout).toBe('at4');
  });
});

describe('a disk that is full', needsRoot, () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystow-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder]);
    onTestFinished(() => {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    });
    open({ KEYSTOW_STORAGE: 'file', KEYSTOW_CONFIG_DIR: folder });
    await run(`${printed(1)} | keystow set --token api alice`);
  });

  const fill = () => `dd if=/dev/zero of='${folder}/fill' bs=1k count=900 2>/dev/null`;

  test('before the request: none is sent', async () => {
    await run(fill());
    const { stdout, stderr, exit } = await token(printed(2));
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain('no space left on device');
    rmSync(join(folder, 'fill'));
    expect((await token(`grep -q rt1 && ${printed(2)}`)).stdout).toBe('at2');
  });

  test('since the request: the space for the result was reserved', async () => {
    expect(await token(`${fill()}; ${printed(2)}`)).toMatchObject({ stdout: 'at2', stderr: '', exit: 0 });
    expect((await token('exit 4')).stdout).toBe('at2');
  });
});

describeStore('a keyring that locks in between', 'secret-service', missing(), () => {
  test('the token is kept in the encrypted file, with a warning, and the next process finds it', async () => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    const { DBUS_SESSION_BUS_ADDRESS = '' } = keyring.environment;
    open({ DBUS_SESSION_BUS_ADDRESS });
    await run(`${printed(1)} | keystow set --token api alice`);
    const lock =
      'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null';
    const { stdout, stderr } = await token(`${lock}; ${printed(2)}`);
    expect({ stdout, stderr }).toMatchObject({ stdout: 'at2' });
    expect(stderr).toMatch(/the token is now in the encrypted file, because the Secret Service failed: .*locked/);
    expect((await token('exit 4')).stdout).toBe('at2');
  });
});
