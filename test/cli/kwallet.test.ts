import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { bearer, codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { type KWallet, missing, startKWallet } from '../support/kwallet.ts';
import { Sandbox } from './sandbox.ts';

describeStore('with KWallet open since the sign-in to KDE', 'kwallet', missing(), () => {
  const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';
  let kwallet: KWallet;
  let sandbox: Sandbox;

  beforeAll(async () => {
    kwallet = await startKWallet('open');
  });
  afterAll(() => kwallet.stop());
  beforeEach(() => {
    sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: kwallet.bus.address });
  });
  afterEach(() => sandbox.remove());

  test('jsm keeps a key there, without any setting and without a password of its own', () => {
    expect(sandbox.run(`jsm auth set-key ${key}`)).toEqual({
      stdout: 'stored the API key in the Secret Service\n',
      stderr: '',
      exit: 0,
    });
    expect(sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
    expect(sandbox.run('jsm doctor').stdout).toMatch(/^Credential Storage: OS keyring\n/);
    expect(sandbox.run(`grep -r ${key} .`).exit).toBe(1);
    expect(sandbox.run('jsm logout')).toMatchObject({
      stdout: expect.stringContaining('Secret Service: removed'),
      exit: 0,
    });
  });

  test('locked, jsm says so, and asks for nothing', async () => {
    expect(sandbox.run(`jsm auth set-key ${key}`).exit).toBe(0);
    await kwallet.restart('locked');
    const locked = sandbox.run('jsm auth token');
    await kwallet.restart('open');
    expect(locked).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/the Secret Service is locked\n {2}hint: dbus-send .* org\.kde\.KWallet\.open /),
      exit: 1,
    });
    expect(sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
  });

  test('difyctl keeps a sign-in there', async () => {
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })] });
    try {
      const login = await sandbox.begin(`difyctl auth login --host ${host.url}`).end;
      expect(login.stdout).toMatch(/\nstored the sign-in at \S+ in the Secret Service\n/);
      expect(sandbox.run('difyctl auth token')).toEqual({ stdout: bearer, stderr: '', exit: 0 });
      expect(sandbox.run('difyctl auth status').stdout).toContain('kept in the Secret Service');
      expect(sandbox.run(`grep -r ${bearer} .`).exit).toBe(1);
    } finally {
      await host.stop();
    }
  });
});
