import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { startTap } from '../secret-service/tap.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { missingProgram } from '../support/session-bus.ts';
import { envPassphrase, jsmAt, login } from './jsm-login.ts';
import { type Run, Sandbox } from './sandbox.ts';

let keyring: GnomeKeyring;
let sandbox: Sandbox;

/** Starts a keyring and a sandbox for each test of a suite. */
function useKeyring(): void {
  beforeEach(async () => {
    keyring = await startGnomeKeyring('unlocked');
    sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
  });
  afterEach(async () => {
    sandbox.remove();
    await keyring.stop();
  });
}

const missingTerminal = missing() ?? missingPseudoTerminal();

describeStore('jsm with GNOME Keyring', 'secret-service', missingTerminal, () => {
  useKeyring();
  let provider: OidcProvider;
  beforeAll(async () => {
    provider = await startOidcProvider();
  });
  afterAll(() => provider.stop());

  const jsm = (command: string, extra: Record<string, string> = {}): Promise<Run> =>
    sandbox.begin(`jsm ${command}`, { ...jsmAt(provider), ...extra }).end;
  const label = async () => (await jsm('doctor')).stdout.split('\n')[0];

  test('[CLI19] jsm logout && jsm login moves a sign-in from the file to the keyring and ends the prompts', async () => {
    await keyring.end();
    const first = await login(sandbox, provider, envPassphrase);
    expect(first.stdout).toContain(
      'stored the sign-in in the encrypted file: GNOME Keyring is installed but not running',
    );
    expect(await label()).toBe('Credential Storage: Encrypted file (interactive passphrase)');
    expect((await jsm('auth token')).stderr).toContain('Cannot prompt for passphrase');

    await keyring.restart('unlocked');
    const asked = runOnTerminal('jsm auth token', sandbox.home, { ...sandbox.environment, ...jsmAt(provider) });
    await asked.waitFor('Enter passphrase for CLI credentials:');
    asked.type('\x03');
    expect(await asked.exit).toBe(130);
    const moved = await login(sandbox, provider, envPassphrase, { before: 'jsm logout && ' });
    expect(moved.stdout).toMatch(
      /^server: revoked\nencrypted file: removed\nSecret Service: nothing there\nsigned in as .*\nstored the sign-in in the Secret Service\n$/,
    );
    expect(await label()).toBe('Credential Storage: OS keyring');
    const token = runOnTerminal('jsm auth token', sandbox.home, { ...sandbox.environment, ...jsmAt(provider) });
    expect(await token.exit).toBe(0);
    expect(token.shown()).not.toContain('passphrase');
    expect(await provider.isActive(token.shown().trim())).toBe(true);
  });

  test('[CLI20] jsm login uses the store that works after the keyring was wiped or locked', async () => {
    expect((await login(sandbox, provider)).stdout).toContain('stored the sign-in in the Secret Service');
    sandbox.run('secret-tool clear service jsm username default');
    expect((await jsm('logout')).exit).toBe(0);
    expect((await login(sandbox, provider)).stdout).toContain('stored the sign-in in the Secret Service');
    expect((await jsm('logout')).exit).toBe(0);
    await keyring.restart('locked');
    const { stdout, stderr } = await login(sandbox, provider, envPassphrase);
    expect(stdout).toContain('stored the sign-in in the encrypted file: GNOME Keyring is locked');
    expect(stderr).toContain('jsm: OS keyring not used: GNOME Keyring is locked');
    expect((await jsm('auth token', envPassphrase)).exit).toBe(0);
  });

  test('[CLI21] with JSM_DISABLE_KEYRING=1 jsm contacts no keyring, asks for the passphrase, and doctor shows why', async () => {
    const tap = await startTap(keyring.bus);
    const extra = { ...tap.environment, JSM_DISABLE_KEYRING: '1' };
    const stored = runOnTerminal('jsm auth set-key jsm_s3cret-xxxxxxxxxxxxxxxx', sandbox.home, {
      ...sandbox.environment,
      ...extra,
    });
    for (const question of ['Choose a passphrase for CLI credentials:', 'Repeat the passphrase:']) {
      await stored.waitFor(question);
      stored.type('correct horse battery staple\r');
    }
    expect(await stored.exit).toBe(0);
    const { stdout } = await jsm('doctor', extra);
    expect(stdout).toMatch(/^Credential Storage: Encrypted file \(interactive passphrase\)\n/);
    expect(stdout).toContain('OS keyring not used: the Secret Service is disabled by JSM_DISABLE_KEYRING\n');
    expect(stdout).toContain('    unset JSM_DISABLE_KEYRING\n');
    expect(tap.turns).toEqual([]);
    await jsm('doctor', tap.environment);
    expect(tap.turns).not.toEqual([]);
    await tap.stop();
  });
});

const missingTools = missing() ?? missingProgram('busctl') ?? missingProgram('pgrep');

describeStore('the commands of the guide find the same as jsm', 'secret-service-tools', missingTools, () => {
  useKeyring();
  const doctor = () => sandbox.run('jsm doctor').stdout;

  test('[CLI22] pgrep finds the daemon as long as doctor reports it running', async () => {
    const [, pid = ''] = /^PID=(\d+)$/m.exec(sandbox.run('busctl --user status org.freedesktop.secrets').stdout) ?? [];
    expect(pid).not.toBe('');
    const found = () =>
      sandbox
        .run('pgrep -af gnome-keyring-daemon')
        .stdout.split('\n')
        .some((line) => line.startsWith(`${pid} `));
    expect(found()).toBe(true);
    expect(doctor()).toContain('Selection: the Secret Service is selected');
    await keyring.end();
    expect(found()).toBe(false);
    expect(doctor()).toContain('GNOME Keyring is installed but not running');
  });

  test('[CLI23] busctl prints the bus name that jsm connects to', async () => {
    const listed = sandbox.run('busctl --user list | grep -i secret').stdout;
    expect(listed).toMatch(/^org\.freedesktop\.secrets +\d+ gnome-keyring/m);
    expect(doctor()).toContain('Selection: the Secret Service is selected');
  });
});
