import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { root } from '../package/packed.ts';
import { readAllItems } from '../secret-service/stored-items.ts';
import { type GnomeKeyring, type KeyringState, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { Project, tool } from './installed.ts';

const keytar = join(root, 'node_modules/@github/keytar');

describeStore(
  'a tool written for keytar, on keystow and on keytar',
  'secret-service',
  missing() ?? findMissingKeytar(),
  () => {
    test('on keystow reads, lists and removes what it stored on keytar', async () => {
      const { onKeytar, onKeystow } = await start();
      onKeytar('login alice', 'tökén');
      onKeytar('login bob', '{Title} and more');
      expect(onKeystow('token alice')).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
      expect(onKeystow('accounts').stdout.split('\n')).toEqual(['alice: tökén', 'bob: {Title} and more']);
      expect(onKeystow('logout alice').stdout).toBe('signed out');
      expect(onKeytar('token alice')).toMatchObject({ stderr: 'not signed in\n', exit: 1 });
      expect(onKeytar('token bob').stdout).toBe('{Title} and more');
    });

    test('on keytar reads, lists and removes what it stored on keystow', async () => {
      const { keyring, onKeytar, onKeystow } = await start();
      expect(onKeystow('login alice', 'tökén')).toEqual({ stdout: 'signed in as alice', stderr: '', exit: 0 });
      onKeystow('login bob', '{Title} and more');
      expect(onKeytar('token alice').stdout).toBe('tökén');
      expect(onKeytar('accounts').stdout.split('\n').sort()).toEqual(['alice: tökén', 'bob: {Title} and more']);
      onKeytar('login alice', 'another');
      expect(onKeystow('token alice').stdout).toBe('another');
      expect(onKeytar('logout bob').stdout).toBe('signed out');
      expect(onKeystow('logout bob').stdout).toBe('was not signed in');
      const kept = (await readAllItems(keyring.bus)).map(({ attributes }) => attributes);
      expect(kept).toEqual([
        { account: 'alice', service: 'written-for-keytar', 'xdg:schema': 'org.freedesktop.Secret.Generic' },
      ]);
    });

    test('fails if the keyring is locked, and signs nobody out', async () => {
      const { keyring, onKeytar, onKeystow } = await start();
      onKeytar('login alice', 'tökén');
      await keyring.restart('locked');
      for (const command of ['token alice', 'accounts', 'logout alice']) {
        expect(onKeystow(command), command).toMatchObject({ stdout: '', exit: 1 });
        expect(onKeystow(command).stderr, command).toMatch(/^the Secret Service is locked/);
      }
      await keyring.restart('unlocked');
      expect(onKeystow('token alice').stdout).toBe('tökén');
    });

    test('stores a new password in the file if the keyring is locked, with one warning that says why', async () => {
      const { onKeystow } = await start('locked');
      const { stdout, stderr, exit } = onKeystow('login alice', 'tökén');
      expect({ stdout, exit }).toEqual({ stdout: 'signed in as alice', exit: 0 });
      expect(stderr).toMatch(
        /^\(node:\d+\) KeystowWarning: OS keyring not used: GNOME Keyring is locked, .*using the encrypted file/,
      );
      expect(stderr.match(/KeystowWarning/g)).toHaveLength(1);
      expect(onKeystow('token alice')).toEqual({ stdout: 'tökén', stderr: '', exit: 0 });
    });

    /** Sets up the tool on keytar and on keystow. */
    async function start(state: KeyringState = 'unlocked') {
      const keyring: GnomeKeyring = await startGnomeKeyring(state);
      const home = mkdtempSync(join(tmpdir(), 'keystow-beside-keytar-'));
      const projects = [keytar, root].map((replacement) => {
        const project = new Project({});
        cpSync(join(tool, 'tool.cjs'), join(project.folder, 'tool.cjs'));
        project.link(replacement);
        return project;
      });
      onTestFinished(async () => {
        await keyring.stop();
        for (const project of projects) project.remove();
        rmSync(home, { recursive: true, force: true });
      });
      const environment = { ...keyring.environment, HOME: home };
      const [onKeytar, onKeystow] = projects.map(
        (project) => (command: string, input?: string) =>
          project.node(['tool.cjs', ...command.split(' ')], environment, input),
      );
      if (onKeytar === undefined || onKeystow === undefined) throw new Error('two projects expected');
      return { keyring, onKeytar, onKeystow };
    }
  },
);

function findMissingKeytar(): string | undefined {
  const loads = spawnSync(process.execPath, ['--eval', `require(${JSON.stringify(keytar)})`], { stdio: 'ignore' });
  return loads.status === 0 ? undefined : 'keytar, or libsecret, is not installed';
}
