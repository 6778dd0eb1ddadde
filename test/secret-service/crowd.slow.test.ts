import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { patienceMs } from '../support/patience.ts';

const numbers = Array.from({ length: 100 }, (_, number) => number);
/** All of them have to end; nothing depends on when. */
const crowdLimitMs = 10 * patienceMs;

async function newSandbox(state: 'locked' | 'unlocked') {
  const keyring = await startGnomeKeyring(state);
  onTestFinished(() => keyring.stop());
  const variables = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address, KEYSTOW_STORAGE: 'keychain', KEYSTOW_QUIET: '1' };
  const sandbox = new Sandbox(variables, { timed: true });
  onTestFinished(() => sandbox.remove());
  return { keyring, sandbox };
}

describeStore('a hundred processes at a real gnome-keyring', 'secret-service', missing(), () => {
  test(
    'store a hundred credentials at the same time, and lose none',
    async () => {
      const { sandbox } = await newSandbox('unlocked');
      const runs = numbers.map(
        (n) => sandbox.begin(`printf secret-${n} | keystow set crowd ${n}`, {}, crowdLimitMs).end,
      );
      expect((await Promise.all(runs)).filter(({ stderr, exit }) => stderr !== '' || exit !== 0)).toEqual([]);
      const listed = sandbox.run('keystow list crowd').stdout.trim().split('\n');
      expect(listed).toHaveLength(numbers.length);
      for (const n of [0, 50, 99]) expect(sandbox.run(`keystow get crowd ${n}`).stdout).toBe(`secret-${n}`);
    },
    crowdLimitMs,
  );

  test(
    'store one credential at the same time: one of the secrets stays, in one item',
    async () => {
      const { keyring, sandbox } = await newSandbox('unlocked');
      const runs = numbers.map(
        (n) => sandbox.begin(`printf secret-${n} | keystow set crowd one`, {}, crowdLimitMs).end,
      );
      expect((await Promise.all(runs)).filter(({ stderr, exit }) => stderr !== '' || exit !== 0)).toEqual([]);
      expect(sandbox.run('keystow get crowd one').stdout).toMatch(/^secret-\d+$/);
      const args = ['search', '--all', 'service', 'crowd', 'username', 'one'];
      const { stdout } = spawnSync('secret-tool', args, { env: keyring.environment, encoding: 'utf8' });
      expect(stdout.match(/^secret = /gm)).toHaveLength(1);
    },
    crowdLimitMs,
  );

  test('with one of two collections locked, list the items of the other, and read them', async () => {
    const { keyring, sandbox } = await newSandbox('unlocked');
    expect(sandbox.run('printf x | keystow set demo locked').exit).toBe(0);
    await keyring.restart('locked');
    const args = ['store', '--collection=session', '--label', 'x', 'service', 'demo', 'username', 'open'];
    spawnSync('secret-tool', args, { env: keyring.environment, input: 'readable' });
    const { stdout, stderr, exit } = sandbox.run('keystow list');
    expect(stdout).toContain('demo\topen\n');
    expect(stderr).toContain('locked');
    expect(exit).toBe(0);
    expect(sandbox.run('keystow get demo open').stdout).toBe('readable');
    const locked = sandbox.run('keystow get demo locked');
    expect(locked.stderr).toMatch(/is locked[\s\S]*hint: keystow unlock/);
    expect(locked.exit).toBe(4);
  });
});
