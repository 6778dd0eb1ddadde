import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import { describeStore } from '../contract/require-stores.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { envPassphrase, expireStored, jsmAt, login } from './jsm-login.ts';
import { Sandbox } from './sandbox.ts';

const notice = 'jsm: using credential passphrase from JSM_CREDENTIALS_PASSPHRASE (JSM_ALLOW_ENV_PASSPHRASE is set).\n';

let provider: OidcProvider;
let sandbox: Sandbox;
beforeAll(async () => {
  provider = await startOidcProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const firstLines = (command: string, count: number) => sandbox.run(command).stdout.split('\n').slice(0, count);

describe('a sign-in in the encrypted file', () => {
  test('[CLI24] can be read by a later process, and neither token is on disk unencrypted', async () => {
    expect((await login(sandbox, provider, envPassphrase)).exit).toBe(0);
    const kept = await sandbox.begin('KEYSTOW_QUIET=1 KEYSTOW_CONFIG_DIR=.config/jsm keystow get jsm default', {
      KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
      KEYSTOW_CREDENTIALS_PASSPHRASE: envPassphrase.JSM_CREDENTIALS_PASSPHRASE,
    }).end;
    const { accessToken, refreshToken } = JSON.parse(kept.stdout).grant;
    for (const token of [accessToken, refreshToken]) {
      expect(token).toMatch(/^[\w.-]{20,}$/);
      const encoded = Buffer.from(token).toString('base64').slice(0, 24);
      expect(sandbox.run(`grep -rFe '${token}' -e '${encoded}' .config`)).toMatchObject({ stdout: '', exit: 1 });
    }
  });

  test('[CLI25] is opened with one notice per process, even if a renewal opens the file several times', async () => {
    expect((await login(sandbox, provider, envPassphrase)).stderr.split(notice)).toHaveLength(2);
    await expireStored(sandbox, {
      KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
      KEYSTOW_CREDENTIALS_PASSPHRASE: envPassphrase.JSM_CREDENTIALS_PASSPHRASE,
    });
    const before = provider.granted.length;
    const renewed = await sandbox.begin('jsm auth token', { ...jsmAt(provider), ...envPassphrase }).end;
    expect(provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(renewed).toMatchObject({ stderr: notice, exit: 0 });
    const out = await sandbox.begin('jsm logout', { ...jsmAt(provider), ...envPassphrase }).end;
    expect(out).toMatchObject({ stderr: notice, exit: 0 });
  });

  test('[CLI26] is reported by doctor, and starting over as in the guide makes the machine fresh again', async () => {
    expect(firstLines('jsm doctor', 1)).toEqual(['Credential Storage: No credentials stored']);
    await login(sandbox, provider, envPassphrase);
    expect(firstLines('jsm doctor', 1)).toEqual(['Credential Storage: Encrypted file (interactive passphrase)']);
    const out = await sandbox.begin('jsm logout && rm -f ~/.config/jsm/credentials.json', {
      ...jsmAt(provider),
      ...envPassphrase,
    }).end;
    expect(out.exit).toBe(0);
    expect(firstLines('jsm doctor', 1)).toEqual(['Credential Storage: No credentials stored']);
    const before = provider.granted.length;
    const again = await login(sandbox, provider, { ...envPassphrase, JSM_QUIET: '1' });
    expect(again.stdout).toMatch(/^signed in as alice@example\.com\nstored the sign-in in the encrypted file/);
    expect(provider.granted.slice(before)).toEqual(['authorization_code']);
  });
});

const kernel = await createKeyutilsProbe().probe();
const missingKernelKeyring = kernel.kind === 'usable' ? undefined : `no kernel keyring: ${kernel.reason}`;

describeStore('with only the kernel keyring', 'keyutils', missingKernelKeyring, () => {
  test('[CLI27] doctor reports below the label that the keyring is volatile and the file is used', async () => {
    const kept = await sandbox.begin('jsm auth set-key jsm_s3cret-xxxxxxxxxxxxxxxx', envPassphrase).end;
    expect(kept.exit).toBe(0);
    const [label, reason] = firstLines('jsm doctor', 2);
    expect(label).toBe('Credential Storage: Encrypted file (interactive passphrase)');
    expect(reason).toMatch(/^ {2}OS keyring not used: Detected a volatile \(UntilReboot\) keyring backend/);
  });
});
