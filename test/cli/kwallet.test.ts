import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { type KWallet, missing, startKWallet } from '../support/kwallet.ts';
import { DifyWorld } from './dify-world.ts';
import { Sandbox } from './sandbox.ts';

describeStore('with a KWallet that the sign-in to KDE has opened', 'kwallet', missing(), () => {
  let kwallet: KWallet;
  beforeEach(async () => {
    kwallet = await startKWallet('open');
  });
  afterEach(() => kwallet.stop());

  test('jsm uses it without any setting, and asks for no password of its own', ({ onTestFinished }) => {
    const sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: kwallet.bus.address });
    onTestFinished(() => sandbox.remove());
    const kept = sandbox.run('jsm auth set-key jsm_s3cret-xxxxxxxxxxxxxxxx');
    expect(kept).toEqual({ stdout: 'stored the API key in the Secret Service\n', stderr: '', exit: 0 });
    const token = sandbox.run('jsm auth token');
    expect(token).toEqual({ stdout: 'jsm_s3cret-xxxxxxxxxxxxxxxx', stderr: '', exit: 0 });
    expect(sandbox.run('jsm doctor').stdout).toMatch(/^Credential Storage: OS keyring\n/);
    expect(sandbox.run('jsm logout').stdout).toContain('Secret Service: removed\n');
    expect(sandbox.run('jsm auth status').exit).toBe(4);
  });

  test('difyctl keeps its token there', async (context) => {
    const world = new DifyWorld(context, { DBUS_SESSION_BUS_ADDRESS: kwallet.bus.address });
    const host = await world.hostOf('alice');
    expect((await world.loginAt(host)).stdout).toContain('in the Secret Service\n');
    expect(await world.tokenAt(host)).toBe('token-of-alice');
    expect(world.sandbox.run('ls .config/difyctl').stdout).not.toContain('tokens.json');
  });
});
