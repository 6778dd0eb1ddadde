import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Daemons, missingDaemons, startDaemons } from '../cli/daemons.ts';
import type { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { createDockerSandbox, loginCommand } from '../docker/docker-user.ts';
import { missingDocker, password, type Registry, startRegistry } from '../support/registry.ts';

/** The daemon that the tests in this folder use. */
const { DOCKER_HOST } = process.env;
const daemon = DOCKER_HOST === undefined ? {} : { DOCKER_HOST };

describeStore('docker, with keystow', 'docker', missingDocker() ?? missingDaemons('gnome-keyring unlocked'), () => {
  let surroundings: Daemons;
  let registry: Registry;
  beforeEach(async () => {
    surroundings = await startDaemons('gnome-keyring unlocked');
    registry = await startRegistry();
  });
  afterEach(async () => {
    await registry.stop();
    await surroundings.stop();
  });

  test.each(['credsStore', 'credHelpers'])(
    'as %s logs in, pushes, pulls and logs out',
    async (setting) => {
      const { address } = registry;
      const image = `${address}/${setting.toLowerCase()}:latest`;
      const sandbox = createDockerSandbox(
        { [setting]: setting === 'credsStore' ? 'keystow' : { [address]: 'keystow' } },
        { ...surroundings.environment, ...daemon },
      );
      const forget = () => sandbox.run(`docker image rm --force ${image}`);
      try {
        done(sandbox, `printf hello >hello && tar --create hello | docker import - ${image}`);
        const refused = sandbox.run(`docker push ${image}`);
        expect(refused).toMatchObject({ stderr: expect.stringContaining('no basic auth credentials'), exit: 1 });

        done(sandbox, loginCommand('alice', password, address));
        done(sandbox, `docker push ${image}`);
        forget();
        done(sandbox, `docker pull ${image}`);
        const read = `docker cp $container:/hello - | tar --extract --to-stdout`;
        const shown = sandbox.run(`container=$(docker create ${image} none) && ${read}; docker rm $container >&2`);
        expect(shown.stdout).toBe('hello');

        await surroundings.trigger('restart locked');
        const silent = sandbox.run(`docker pull ${image}`);
        expect(silent.exit).toBe(1);
        expect(silent.stderr).toMatch(
          /^keystow: docker-credential:\S+ alice was stored in the Secret Service on .*locked/m,
        );
        await surroundings.trigger('restart unlocked');

        done(sandbox, `docker logout ${address}`);
        expect(sandbox.run(`docker pull ${image}`).exit).toBe(1);
      } finally {
        forget();
        sandbox.remove();
      }
    },
    120_000,
  );
});

function done(sandbox: Sandbox, command: string): void {
  const { stderr, exit } = sandbox.run(command);
  expect({ command, stderr, exit }).toEqual({ command, stderr: expect.any(String), exit: 0 });
}
