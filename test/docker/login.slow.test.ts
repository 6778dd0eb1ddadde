import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../cli/sandbox.ts';
import { missingSurroundings, type Surroundings, startSurroundings } from '../cli/surroundings.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingDocker, password, type Registry, startRegistry } from '../support/registry.ts';
import { dockerSandbox, loginAs } from './docker-user.ts';

/** docker logs in by itself where there is no daemon, and out without one. */
const withoutDaemon = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

for (const store of ['encrypted file', 'Secret Service']) {
  const wanted = store === 'Secret Service' ? 'gnome-keyring unlocked' : undefined;
  describeStore(
    `docker, with keystow and the ${store}`,
    'docker',
    missingDocker() ?? missingSurroundings(wanted),
    () => {
      let surroundings: Surroundings;
      let registry: Registry;
      let sandbox: Sandbox;
      beforeEach(async () => {
        surroundings = await startSurroundings(wanted);
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
          sandbox = dockerSandbox(settings()[setting] ?? {}, { ...surroundings.environment, ...withoutDaemon });
          expect(sandbox.run(loginAs('alice', password, address))).toMatchObject({
            stdout: 'Login Succeeded\n',
            exit: 0,
          });
          expect(sandbox.run('keystow list').stdout).toBe(`docker-credential:${address}\talice\n`);
          expect(sandbox.run(`keystow get docker-credential:${address} alice`).stdout).toBe(password);
          expect(sandbox.run('cat .docker/config.json').stdout).not.toContain('"auth"');

          // Where it is given no name, docker looks for a login that it has.
          expect(sandbox.run(`docker login ${address}`).stdout).toContain('existing credentials');
          expect(sandbox.run(loginAs('bob', password, address)).exit).toBe(0);
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

      test('keeps nothing of a login that the registry refuses', async () => {
        sandbox = dockerSandbox({ credsStore: 'keystow' }, { ...surroundings.environment, ...withoutDaemon });
        expect(sandbox.run(loginAs('alice', 'wrong', registry.address))).toMatchObject({
          stderr: expect.stringContaining('401 Unauthorized'),
          exit: 1,
        });
        expect(sandbox.run('keystow list').stdout).toBe('');
      });
    },
  );
}

const lacking = missingDocker() ?? missingSurroundings('gnome-keyring unlocked');
describeStore('docker, with a keyring that is demanded and locked', 'docker', lacking, () => {
  test('shows why it could not keep the login, and why it has none', async () => {
    const surroundings = await startSurroundings('gnome-keyring unlocked');
    const registry = await startRegistry();
    const environment = { ...surroundings.environment, ...withoutDaemon, KEYSTOW_STORAGE: 'keychain' };
    const sandbox = dockerSandbox({ credsStore: 'keystow' }, environment);
    try {
      const login = loginAs('alice', password, registry.address);
      expect(sandbox.run(login).exit).toBe(0);
      await surroundings.befall('restart locked');
      const refused = sandbox.run(login);
      expect(refused.exit).toBe(1);
      expect(refused.stderr).toMatch(/error storing credentials - err: exit status 4, out: `KEYSTOW_STORAGE=keychain/);
      const given = sandbox.run(`docker login ${registry.address}`);
      expect(given.exit).toBe(1);
      expect(given.stderr).toMatch(
        /^keystow: docker-credential:\S+ alice was stored in the Secret Service on .*locked/m,
      );
      const out = sandbox.run(`docker logout ${registry.address}`);
      // docker itself has nothing to say of it.
      expect(out.stderr).toMatch(/^keystow: docker-credential:\S+ alice was stored in the Secret Service on .*locked/m);
    } finally {
      sandbox.remove();
      await registry.stop();
      await surroundings.stop();
    }
  });
});
