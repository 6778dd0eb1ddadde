import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient } from './support/clients.ts';
import { findPnpm, startVerdaccio, type Verdaccio } from './support/npm-clients.ts';

const pnpm = findPnpm();

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    pnpm,
    `pnpm, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let registry: Verdaccio;
      beforeEach(async () => {
        user = await startClientUser({ store, clients: [pnpm] });
        registry = await startVerdaccio();
        await user.succeed(`keystow setup pnpm ${registry.host} --yes`);
        createProject('published', { name: 'demo', version: '1.0.0' });
        createProject('other', { name: 'other', version: '1.0.0' });
      });
      afterEach(async () => {
        await registry.stop();
        await user.stop();
      });

      const createProject = (folder: string, manifest: object) => {
        const path = join(user.sandbox.home, folder);
        mkdirSync(path);
        writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
      };
      const run = (folder: string, command: string) =>
        user.run(`cd ${folder} && pnpm ${command} --registry http://${registry.host}/`);

      test('[PNPM1] publishes and installs with the token that keystow set stored, until it is deleted', async () => {
        const token = await registry.signUp('alice', 's3cret');
        expect((await run('published', 'publish --no-git-checks')).exit).not.toBe(0);
        await user.succeed(`printf '%s' '${token}' | keystow set npm:${registry.host} token`);
        const published = await run('published', 'publish --no-git-checks');
        expect(published, published.stdout + published.stderr).toMatchObject({ exit: 0 });
        const added = await run('other', 'add demo');
        expect(added, added.stdout + added.stderr).toMatchObject({ exit: 0 });
        await user.succeed(`keystow delete npm:${registry.host} token`);
        // Not from what pnpm has downloaded.
        await user.succeed('rm -rf other/node_modules other/pnpm-lock.yaml .cache .local');
        expect((await run('other', 'add demo')).exit).not.toBe(0);
      });
    },
    missingDaemons(daemonsOf(store)),
  );
}
