import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { root } from '../package/packed.ts';
import { everyItem } from '../secret-service/every-item.ts';
import { type GnomeKeyring, type KeyringState, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { Project, tool } from './installed.ts';

const keytar = join(root, 'node_modules/@github/keytar');

describeStore(
  'a tool that was written for keytar, beside itself on keytar',
  'secret-service',
  missing() ?? noKeytar(),
  () => {
    test('finds what it kept there, lists it and removes it', async () => {
      const { before, after } = await start();
      before('login alice', 'tökén');
      before('login bob', '{Title} and more');
      expect(after('token alice')).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
      expect(after('accounts').stdout.split('\n')).toEqual(['alice: tökén', 'bob: {Title} and more']);
      expect(after('logout alice').stdout).toBe('signed out');
      expect(before('token alice')).toMatchObject({ stderr: 'not signed in\n', exit: 1 });
      expect(before('token bob').stdout).toBe('{Title} and more');
    });

    test('leaves what it keeps there, when it goes back', async () => {
      const { keyring, before, after } = await start();
      expect(after('login alice', 'tökén')).toEqual({ stdout: 'signed in as alice', stderr: '', exit: 0 });
      after('login bob', '{Title} and more');
      expect(before('token alice').stdout).toBe('tökén');
      expect(before('accounts').stdout.split('\n').sort()).toEqual(['alice: tökén', 'bob: {Title} and more']);
      before('login alice', 'another');
      expect(after('token alice').stdout).toBe('another');
      expect(before('logout bob').stdout).toBe('signed out');
      expect(after('logout bob').stdout).toBe('was not signed in');
      const kept = (await everyItem(keyring.bus)).map(({ attributes }) => attributes);
      expect(kept).toEqual([
        { account: 'alice', service: 'written-for-keytar', 'xdg:schema': 'org.freedesktop.Secret.Generic' },
      ]);
    });

    test('fails where the keyring is locked, and has not signed anybody out', async () => {
      const { keyring, before, after } = await start();
      before('login alice', 'tökén');
      await keyring.restart('locked');
      for (const command of ['token alice', 'accounts', 'logout alice']) {
        expect(after(command), command).toMatchObject({ stdout: '', exit: 1 });
        expect(after(command).stderr, command).toMatch(/^the Secret Service is locked/);
      }
      await keyring.restart('unlocked');
      expect(after('token alice').stdout).toBe('tökén');
    });

    test('keeps a new password where the keyring is locked, and the process warns why it is elsewhere', async () => {
      const { after } = await start('locked');
      const { stdout, stderr, exit } = after('login alice', 'tökén');
      expect({ stdout, exit }).toEqual({ stdout: 'signed in as alice', exit: 0 });
      expect(stderr).toMatch(
        /^\(node:\d+\) KeystowWarning: OS keyring not used: GNOME Keyring is locked, .*using the encrypted file/,
      );
      expect(stderr.match(/KeystowWarning/g)).toHaveLength(1);
      expect(after('token alice')).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
    });

    /** The tool on keytar, and on keystow. */
    async function start(state: KeyringState = 'unlocked') {
      const keyring: GnomeKeyring = await startGnomeKeyring(state);
      const home = mkdtempSync(join(tmpdir(), 'keystow-beside-keytar-'));
      const projects = [keytar, root].map((inPlace) => {
        const project = new Project({});
        cpSync(join(tool, 'tool.cjs'), join(project.folder, 'tool.cjs'));
        project.link(inPlace);
        return project;
      });
      onTestFinished(async () => {
        await keyring.stop();
        for (const project of projects) project.remove();
        rmSync(home, { recursive: true, force: true });
      });
      const environment = { ...keyring.environment, HOME: home };
      const [before, after] = projects.map(
        (project) => (command: string, input?: string) =>
          project.node(['tool.cjs', ...command.split(' ')], environment, input),
      );
      if (before === undefined || after === undefined) throw new Error('there are two');
      return { keyring, before, after };
    }
  },
);

function noKeytar(): string | undefined {
  const loads = spawnSync(process.execPath, ['--eval', `require(${JSON.stringify(keytar)})`], { stdio: 'ignore' });
  return loads.status === 0 ? undefined : 'keytar, or libsecret, is not installed';
}
