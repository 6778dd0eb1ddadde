import { expect, type TestContext, test } from 'vitest';
import { DifyWorld } from '../cli/dify-world.ts';
import { jsmAt, login } from '../cli/jsm-login.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { deleteAsUser, missingCredentialManager, OwnTargets } from './credential-manager.ts';

/** A home for the programs that use the real Credential Manager. */
class WindowsWorld extends DifyWorld {
  readonly #own = new OwnTargets();

  constructor(context: TestContext) {
    super(context);
    context.onTestFinished(() => this.#own.removeAll());
  }

  /** Returns the targets, without those that only keystow uses. */
  listTargets(): readonly string[] {
    return this.#own.list().filter((target) => !/^%(name|piece)-/.test(target));
  }
}

const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';
const setKey = `jsm auth set-key ${key}`;

describeStore(
  'entries that users see in Credential Manager',
  'credential-manager-native',
  missingCredentialManager,
  () => {
    test('[WIN1] jsm stores its credential under the target jsm, without a setting or a prompt', (context) => {
      const world = new WindowsWorld(context);
      const { stdout, stderr, exit } = world.sandbox.run(setKey);
      expect({ stdout, stderr, exit }).toEqual({
        stdout: 'stored the API key in the Credential Manager\n',
        stderr: '',
        exit: 0,
      });
      expect(world.listTargets()).toEqual(['default.jsm', 'jsm']);
      expect(world.sandbox.run('jsm auth token')).toEqual({ stdout: key, stderr: '', exit: 0 });
      expect(world.sandbox.run('jsm doctor').stdout).toMatch(/^Credential Storage: OS keyring\n/);
    });

    test('[WIN2] after the user deletes jsm, nobody is signed in, jsm logout succeeds, and an API key creates it again', async (context) => {
      const world = new WindowsWorld(context);
      world.sandbox.run(setKey);
      await deleteAsUser('jsm');
      expect(world.sandbox.run('jsm auth token').exit).toBe(4);
      expect(world.sandbox.run('jsm logout').exit).toBe(0);
      expect(world.listTargets()).toEqual([]);
      expect(world.sandbox.run(setKey).exit).toBe(0);
      expect(world.listTargets()).toEqual(['default.jsm', 'jsm']);
      expect(world.sandbox.run('jsm auth token').stdout).toBe(key);
    });

    test('[WIN3] after the user deletes jsm, jsm login creates it again', async (context) => {
      const world = new WindowsWorld(context);
      const provider = await startOidcProvider();
      context.onTestFinished(() => provider.stop());
      world.sandbox.run(setKey);
      await deleteAsUser('jsm');
      expect((await login(world.sandbox, provider)).stdout).toContain('stored the sign-in in the Credential Manager');
      expect(world.listTargets()).toEqual(['default.jsm', 'jsm']);
      expect(world.sandbox.run('jsm auth status').stdout).toContain('stored in the Credential Manager');
      expect(await world.sandbox.begin('jsm logout', jsmAt(provider)).end).toMatchObject({
        stdout: 'server: revoked\nCredential Manager: removed\nencrypted file: nothing there\n',
        exit: 0,
      });
      expect(world.listTargets()).toEqual([]);
    });

    test('[WIN4] difyctl has one entry for each host and subject, with the service difyctl/HOST', async (context) => {
      const world = new WindowsWorld(context);
      const [one, other] = [await world.hostOf('alice'), await world.hostOf('bob')];
      for (const host of [one, other, one]) await world.loginAt(host);
      const service = ({ url }: { readonly url: string }) => `difyctl/${url}`;
      expect(world.listTargets()).toEqual([`alice.${service(one)}`, `bob.${service(other)}`].sort());
      expect(await world.tokenAt(one)).toBe('token-of-alice');
      expect(await world.tokenAt(other)).toBe('token-of-bob');
      expect(await world.difyctl('auth logout --all-hosts')).toMatchObject({ exit: 0 });
      expect(world.listTargets()).toEqual([]);
    });
  },
);
