import { describe, expect, test } from 'vitest';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import { describeStore } from '../contract/require-stores.ts';
import { envPassphrase, expireStored, storedSession, useJsm } from './jsm-login.ts';

const notice = 'jsm: using credential passphrase from JSM_CREDENTIALS_PASSPHRASE (JSM_ALLOW_ENV_PASSPHRASE is set).\n';

const world = useJsm();
const { jsm, login } = world;

/** The lines that the guide prescribes. On a machine without a desktop, a line says first that nothing needs to be done. */
function readStorage(count: number): readonly string[] {
  const { stdout } = world.sandbox.run('jsm doctor');
  return stdout
    .replace(/^nothing needs to be done: .*\n\n/, '')
    .split('\n')
    .slice(0, count);
}

describe('a sign-in in the encrypted file', () => {
  test('[CLI24] can be read by a later process, and neither token is on disk unencrypted', async () => {
    expect((await login(envPassphrase)).exit).toBe(0);
    const kept = await world.sandbox.begin(`node '${storedSession}' get`, envPassphrase).end;
    const { accessToken, refreshToken } = JSON.parse(kept.stdout).grant;
    for (const token of [accessToken, refreshToken]) {
      expect(token).toMatch(/^[\w.-]{20,}$/);
      const encoded = Buffer.from(token).toString('base64').slice(0, 24);
      expect(world.sandbox.run(`grep -rFe '${token}' -e '${encoded}' .config`)).toMatchObject({ stdout: '', exit: 1 });
    }
  });

  test('[CLI25] is opened with one notice per process, even if a renewal opens the file several times', async () => {
    expect((await login(envPassphrase)).stderr.split(notice)).toHaveLength(2);
    await expireStored(world.sandbox, envPassphrase);
    const before = world.provider.granted.length;
    const renewed = await jsm('auth token', envPassphrase);
    expect(world.provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(renewed).toMatchObject({ stderr: notice, exit: 0 });
    const out = await jsm('logout', envPassphrase);
    expect(out).toMatchObject({ stderr: notice, exit: 0 });
  });

  test('[CLI26] is reported by doctor, and starting over as in the guide makes the machine fresh again', async () => {
    expect(readStorage(1)).toEqual(['Credential Storage: No credentials stored']);
    await login(envPassphrase);
    expect(readStorage(1)).toEqual(['Credential Storage: Encrypted file (interactive passphrase)']);
    const out = await jsm('logout && rm -f ~/.config/jsm/credentials.json', envPassphrase);
    expect(out.exit).toBe(0);
    expect(readStorage(1)).toEqual(['Credential Storage: No credentials stored']);
    const before = world.provider.granted.length;
    const again = await login({ ...envPassphrase, JSM_QUIET: '1' });
    expect(again.stdout).toMatch(/^signed in as alice@example\.com\nstored the sign-in in the encrypted file/);
    expect(world.provider.granted.slice(before)).toEqual(['authorization_code']);
  });
});

const kernel = await createKeyutilsProbe().probe();
const missingKernelKeyring = kernel.kind === 'usable' ? undefined : `no kernel keyring: ${kernel.reason}`;

describeStore('with only the kernel keyring', 'keyutils', missingKernelKeyring, () => {
  test('[CLI27] doctor reports below the label that the keyring is volatile and the file is used', async () => {
    const kept = await world.sandbox.begin('jsm auth set-key jsm_s3cret-xxxxxxxxxxxxxxxx', envPassphrase).end;
    expect(kept.exit).toBe(0);
    const [label, reason] = readStorage(2);
    expect(label).toBe('Credential Storage: Encrypted file (interactive passphrase)');
    expect(reason).toMatch(/^ {2}OS keyring not used: Detected a volatile \(UntilReboot\) keyring backend/);
  });
});
