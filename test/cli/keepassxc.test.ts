import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { bearer, codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { type KeePassXC, missing, startKeePassXC } from '../support/keepassxc.ts';
import { Sandbox } from './sandbox.ts';

describeStore('with a database open in KeePassXC, and exposed', 'keepassxc', missing(), () => {
  let keepassxc: KeePassXC;
  let sandbox: Sandbox;

  beforeAll(async () => {
    keepassxc = await startKeePassXC('open');
  });
  afterAll(() => keepassxc.stop());
  beforeEach(() => {
    sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: keepassxc.bus.address });
  });
  afterEach(() => sandbox.remove());

  test('difyctl keeps a sign-in there, and removes it', async () => {
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })] });
    try {
      const login = await sandbox.begin(`difyctl auth login --host ${host.url}`).end;
      expect(login.stdout).toMatch(/\nstored the sign-in at \S+ in the Secret Service\n/);
      expect(sandbox.run('difyctl auth token')).toEqual({ stdout: bearer, stderr: '', exit: 0 });
      expect(sandbox.run('difyctl auth status').stdout).toContain('kept in the Secret Service');
      expect(sandbox.run(`grep -r ${bearer} .`).exit).toBe(1);
      expect((await sandbox.begin('difyctl auth logout').end).stdout).toContain('Secret Service: removed');
    } finally {
      await host.stop();
    }
  });

  test('jsm keeps a key there', () => {
    const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';
    expect(sandbox.run(`jsm auth set-key ${key}`).stdout).toBe('stored the API key in the Secret Service\n');
    expect(sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
    expect(sandbox.run('jsm doctor').stdout).toMatch(/^Credential Storage: OS keyring\n/);
  });
});
