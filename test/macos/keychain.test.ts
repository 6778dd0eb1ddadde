import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { DifyWorld } from '../cli/dify-world.ts';
import { login } from '../cli/jsm-login.ts';
import type { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';

const missing = process.platform === 'darwin' ? undefined : 'this is not macOS';

/** Creates a home with its own unlocked default keychain. The user's keychain is not used. */
function createWorld(context: TestContext): DifyWorld {
  const world = new DifyWorld(context);
  const { sandbox } = world;
  for (const folder of ['Keychains', 'Preferences'])
    mkdirSync(join(sandbox.home, 'Library', folder), { recursive: true });
  for (const command of [
    'create-keychain -p secret login.keychain',
    'list-keychains -d user -s login.keychain',
    'default-keychain -d user -s login.keychain',
    'unlock-keychain -p secret login.keychain',
    'set-keychain-settings login.keychain',
  ]) {
    const { exit, stderr } = sandbox.run(`security ${command}`);
    if (exit !== 0) throw new Error(stderr);
  }
  return world;
}

const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';
const setKey = (sandbox: Sandbox) => sandbox.run(`jsm auth set-key ${key}`);
const findEntry = (sandbox: Sandbox, service: string) => sandbox.run(`security find-generic-password -s ${service}`);

describeStore('with the Keychain of macOS', 'keychain-native', missing, () => {
  test('[MAC1] jsm stores its credential in the Keychain, without a setting or a prompt', (context) => {
    const { sandbox } = createWorld(context);
    expect(setKey(sandbox)).toEqual({ stdout: 'stored the API key in the Keychain\n', stderr: '', exit: 0 });
    expect(sandbox.run('jsm doctor').stdout).toMatch(/^Credential Storage: OS keyring\n/);
    expect(findEntry(sandbox, 'jsm').exit).toBe(0);
  });

  test('[MAC2] a second process reads it without a prompt', (context) => {
    const { sandbox } = createWorld(context);
    setKey(sandbox);
    for (let time = 0; time < 2; time += 1) {
      expect(sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
    }
  });

  test('[MAC3] after the user deletes the entry, jsm logout succeeds, and jsm login creates it again', async (context) => {
    const { sandbox } = createWorld(context);
    const provider = await startOidcProvider();
    context.onTestFinished(() => provider.stop());
    expect((await login(sandbox, provider)).stdout).toContain('stored the sign-in in the Keychain');
    expect(sandbox.run('security delete-generic-password -s jsm').exit).toBe(0);
    expect(sandbox.run('jsm logout')).toMatchObject({ exit: 0 });
    expect((await login(sandbox, provider)).stdout).toContain('stored the sign-in in the Keychain');
    expect(findEntry(sandbox, 'jsm').exit).toBe(0);
  });

  test('[MAC4] a locked Keychain is skipped: the file is used, and its passphrase is required', (context) => {
    const { sandbox } = createWorld(context);
    sandbox.run('security lock-keychain login.keychain');
    const { stderr, exit } = setKey(sandbox);
    expect(stderr).toContain('jsm: OS keyring not used: ');
    expect(stderr).toContain('Cannot prompt for passphrase in non-interactive environment');
    expect(exit).toBe(1);
  });

  test('[MAC5] difyctl has one entry for each host and subject, with the service difyctl, in a keychain of this machine', async (context) => {
    const dify = createWorld(context);
    const { sandbox } = dify;
    const [one, other] = [await dify.hostOf('alice'), await dify.hostOf('alice')];
    for (const host of [one, other, one]) await dify.loginAt(host);
    const items = sandbox.run('security dump-keychain login.keychain').stdout;
    const accounts = [...items.matchAll(/"acct"<blob>="(alice@[^"]*)"/g)].map(([, name = '']) => name);
    expect(accounts.sort()).toEqual([`alice@${one.url}`, `alice@${other.url}`].sort());
    expect(findEntry(sandbox, 'difyctl').stdout).toMatch(/keychain: ".*login\.keychain/);
  });

  test('[MAC6] a locked Keychain is reported as the store of the token, which can be read again after unlocking', async (context) => {
    const dify = createWorld(context);
    const host = await dify.hostOf('alice');
    expect((await dify.loginAt(host)).stdout).toContain('in the Keychain');
    dify.sandbox.run('security lock-keychain login.keychain');
    const { stderr, exit } = await dify.difyctl('auth token');
    expect(stderr).toContain('was stored in the Keychain on ');
    expect(exit).toBe(1);
    const required = await dify.difyctl(`auth login --host ${host.url}`, 'keychain');
    expect(required).toMatchObject({ exit: 4, stderr: expect.stringContaining('difyctl: auth_expired: ') });
    expect(dify.sandbox.run('security unlock-keychain -p secret login.keychain').exit).toBe(0);
    expect(await dify.tokenAt(host)).toBe('token-of-alice');
  });

  test('[MAC7] if access to the Keychain is blocked, difyctl uses the file', async (context) => {
    const dify = createWorld(context);
    dify.sandbox.run('security lock-keychain login.keychain');
    const host = await dify.hostOf('alice');
    const { stdout, stderr } = await dify.loginAt(host);
    expect(stdout).toContain('in the encrypted file');
    expect(stderr).toContain('difyctl: OS keyring not used: ');
    expect(await dify.tokenAt(host)).toBe('token-of-alice');
  });
});
