import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Daemons, missingDaemons, startDaemons } from '../cli/daemons.ts';
import type { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingDocker, password, type Registry, startRegistry } from '../support/registry.ts';
import { createDockerSandbox, loginCommand } from './docker-user.ts';

/** Without a daemon, docker logs in and out by itself. */
const withoutDaemon = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

for (const store of ['encrypted file', 'Secret Service']) {
  const wanted = store === 'Secret Service' ? 'gnome-keyring unlocked' : undefined;
  describeStore(`docker, with keystow and the ${store}`, 'docker', missingDocker() ?? missingDaemons(wanted), () => {
    let surroundings: Daemons;
    let registry: Registry;
    let sandbox: Sandbox;
    beforeEach(async () => {
      surroundings = await startDaemons(wanted);
      registry = await startRegistry();
    });
    afterEach(async () => {
      sandbox.remove();
      await registry.stop();
      await surroundings.stop();
    });

    const settings = (): Readonly<Record<string, Readonly<Record<string, unknown>>>> => ({
      credsStore: { credsStore: 'keystow' },
      credHelpers: { credHelpers: { [registry.address]: 'keystow' } },
    });

    test.each(['credsStore', 'credHelpers'])(
      '[DOC1] with %s logs in, finds its login, and logs out',
      async (setting) => {
        const { address } = registry;
        sandbox = createDockerSandbox(settings()[setting] ?? {}, { ...surroundings.environment, ...withoutDaemon });
        expect(sandbox.run(loginCommand('alice', password, address))).toMatchObject({
          stdout: 'Login Succeeded\n',
          exit: 0,
        });
        expect(sandbox.run('keystow list').stdout).toBe(`docker-credential:${address}\talice\n`);
        expect(sandbox.run(`keystow get docker-credential:${address} alice`).stdout).toBe(password);
        expect(sandbox.run('cat .docker/config.json').stdout).not.toContain('"auth"');

        // Without a user name, docker looks for an existing login.
        expect(sandbox.run(`docker login ${address}`).stdout).toContain('existing credentials');
        expect(sandbox.run(loginCommand('bob', password, address)).exit).toBe(0);
        expect(JSON.parse(sandbox.run('docker-credential-keystow list').stdout)).toEqual({ [address]: 'bob' });

        expect(sandbox.run(`docker logout ${address}`)).toMatchObject({
          stdout: `Removing login credentials for ${address}\n`,
          stderr: '',
          exit: 0,
        });
        expect(sandbox.run('keystow list').stdout).toBe('');
        expect(sandbox.run(`docker login ${address}`).stdout).not.toContain('existing credentials');
      },
    );

    test('does not store a login that the registry rejects', async () => {
      sandbox = createDockerSandbox({ credsStore: 'keystow' }, { ...surroundings.environment, ...withoutDaemon });
      expect(sandbox.run(loginCommand('alice', 'wrong', registry.address))).toMatchObject({
        stderr: expect.stringContaining('401 Unauthorized'),
        exit: 1,
      });
      expect(sandbox.run('keystow list').stdout).toBe('');
    });
  });
}

const missing = missingDocker() ?? missingDaemons('gnome-keyring unlocked');
describeStore('docker, with a required keyring that is locked', 'docker', missing, () => {
  test('shows why the login cannot be stored, and why there is none', async () => {
    const surroundings = await startDaemons('gnome-keyring unlocked');
    const registry = await startRegistry();
    const environment = { ...surroundings.environment, ...withoutDaemon, KEYSTOW_STORAGE: 'keychain' };
    const sandbox = createDockerSandbox({ credsStore: 'keystow' }, environment);
    try {
      const login = loginCommand('alice', password, registry.address);
      expect(sandbox.run(login).exit).toBe(0);
      await surroundings.trigger('restart locked');
      const rejected = sandbox.run(login);
      expect(rejected.exit).toBe(1);
      expect(rejected.stderr).toMatch(/error storing credentials - err: exit status 4, out: `KEYSTOW_STORAGE=keychain/);
      const relogin = sandbox.run(`docker login ${registry.address}`);
      expect(relogin.exit).toBe(1);
      expect(relogin.stderr).toMatch(
        /^keystow: docker-credential:\S+ alice was stored in the Secret Service on .*locked/m,
      );
      const out = sandbox.run(`docker logout ${registry.address}`);
      // docker itself prints nothing about it.
      expect(out.stderr).toMatch(/^keystow: docker-credential:\S+ alice was stored in the Secret Service on .*locked/m);
    } finally {
      sandbox.remove();
      await registry.stop();
      await surroundings.stop();
    }
  });
});
