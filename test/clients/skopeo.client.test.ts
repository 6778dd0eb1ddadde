import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { missingDocker, password, type Registry, startRegistry } from '../support/registry.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';

const skopeo = findClient('skopeo');

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    skopeo,
    `skopeo, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let registry: Registry;
      beforeEach(async () => {
        user = await startClientUser({ store, clients: [skopeo] });
        registry = await startRegistry();
        // containers-auth.json(5)
        const folder = join(user.sandbox.home, '.config/containers');
        mkdirSync(folder, { recursive: true });
        writeFileSync(
          join(folder, 'auth.json'),
          JSON.stringify({ auths: {}, credHelpers: { [registry.address]: 'keystow' } }),
        );
        user.sandbox.environment.REGISTRY_AUTH_FILE = join(folder, 'auth.json');
      });
      afterEach(async () => {
        await registry.stop();
        await user.stop();
      });

      test('logs in, finds its login, and logs out', async () => {
        const { address } = registry;
        const login = `skopeo login --tls-verify=false --username alice --password-stdin ${address}`;
        expect(await user.succeed(`printf ${password} | ${login}`)).toBe('Login Succeeded!\n');
        expect(await user.succeed('keystow list')).toBe(`docker-credential:${address}\talice\n`);
        expect(await user.succeed(`skopeo login --get-login ${address}`)).toBe('alice\n');

        const list = `skopeo list-tags --tls-verify=false docker://${address}/image`;
        // The registry knows the user, but no such image.
        expect((await user.run(list)).stderr).toMatch(/404/);
        await user.succeed(`skopeo logout ${address}`);
        expect(await user.succeed('keystow list')).toBe('');
        expect((await user.run(list)).stderr).toMatch(/unauthorized|authentication required/);
      });
    },
    missingDocker() ?? missingDaemons(daemonsOf(store)),
  );
}
