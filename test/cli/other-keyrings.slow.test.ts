import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { bearer, codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { missing as missingKeePassXC, startKeePassXC } from '../support/keepassxc.ts';
import { missing as missingKWallet, startKWallet } from '../support/kwallet.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { Sandbox } from './sandbox.ts';

/** A keyring on a bus, for all tests of a suite, and a sandbox beside it for each. */
class Beside<Keyring extends { readonly bus: SessionBus; stop(): Promise<void> }> {
  keyring!: Keyring;
  sandbox!: Sandbox;

  constructor(start: () => Promise<Keyring>) {
    beforeAll(async () => {
      this.keyring = await start();
    });
    afterAll(() => this.keyring.stop());
    beforeEach(() => {
      this.sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: this.keyring.bus.address });
    });
    afterEach(() => this.sandbox.remove());
  }
}

const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';

/** What the programs do beside any usable keyring. */
function itKeepsWhatItIsGiven(start: ConstructorParameters<typeof Beside>[0]): void {
  const beside = new Beside(start);

  test('[CLI38] jsm keeps a key there, without any setting and without a password of its own', () => {
    const { sandbox } = beside;
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

  test('[CLI39] difyctl keeps a sign-in there, and removes it', async () => {
    const { sandbox } = beside;
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })] });
    try {
      const login = await sandbox.begin(`difyctl auth login --host ${host.url}`).end;
      expect(login.stdout).toMatch(/\nstored the sign-in at \S+ in the Secret Service\n/);
      expect(sandbox.run('difyctl auth token')).toEqual({ stdout: bearer, stderr: '', exit: 0 });
      expect(sandbox.run('difyctl auth status').stdout).toContain('stored in the Secret Service');
      expect(sandbox.run(`grep -r ${bearer} .`).exit).toBe(1);
      expect((await sandbox.begin('difyctl auth logout').end).stdout).toContain('Secret Service: removed');
    } finally {
      await host.stop();
    }
  });
}

describeStore('with a database open in KeePassXC, and exposed', 'keepassxc', missingKeePassXC(), () => {
  itKeepsWhatItIsGiven(() => startKeePassXC('open'));
});

describeStore('with KWallet open since the sign-in to KDE', 'kwallet', missingKWallet(), () => {
  itKeepsWhatItIsGiven(() => startKWallet('open'));
});

describeStore('with KWallet', 'kwallet', missingKWallet(), () => {
  const beside = new Beside(() => startKWallet('open'));

  test('if it is locked, jsm reports that and does not prompt', async () => {
    const { keyring, sandbox } = beside;
    expect(sandbox.run(`jsm auth set-key ${key}`).exit).toBe(0);
    await keyring.restart('locked');
    const locked = sandbox.run('jsm auth token');
    await keyring.restart('open');
    expect(locked).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(
        /the Secret Service is locked\n {2}hint: for version in 6 5; do dbus-send .* org\.kde\.KWallet\.open /,
      ),
      exit: 1,
    });
    expect(sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
  });
});
