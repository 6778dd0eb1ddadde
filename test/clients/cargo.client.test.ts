import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { type CargoRegistry, startCargoRegistry } from './support/cargo-registry.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';

const cargo = findClient('cargo', { atLeast: '1.74' });
const token = 'token-of-cargo';

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    cargo,
    `cargo, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let registry: CargoRegistry;
      beforeEach(async () => {
        user = await startClientUser({ store, clients: [cargo] });
        registry = await startCargoRegistry((given) => given === token);
        write('.cargo/config.toml', [
          '[registries.local]',
          `index = "${registry.index}"`,
          '[registry]',
          'global-credential-providers = ["cargo-credential-keystow"]',
        ]);
        write('sample/Cargo.toml', [
          '[package]',
          'name = "sample"',
          'version = "0.1.0"',
          'edition = "2021"',
          'license = "MIT"',
          'description = "a sample"',
        ]);
        write('sample/src/lib.rs', ['']);
        write('user/Cargo.toml', [
          '[package]',
          'name = "user"',
          'version = "0.1.0"',
          'edition = "2021"',
          '[dependencies]',
          'sample = { version = "0.1", registry = "local" }',
        ]);
        write('user/src/lib.rs', ['']);
      });
      afterEach(async () => {
        await registry.stop();
        await user.stop();
      });

      function write(path: string, lines: readonly string[]): void {
        const file = join(user.sandbox.home, path);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, `${lines.join('\n')}\n`);
      }

      const publish = 'cd sample && cargo publish --registry local --no-verify --allow-dirty';
      const name = () => `cargo:${registry.index} token`;

      test('[CAR4] logs in, publishes, fetches, yanks, and logs out', async () => {
        await user.succeed(`printf ${token} | cargo login --registry local`);
        expect(await user.succeed('keystow list')).toBe(`cargo:${registry.index}\ttoken\n`);
        expect(await user.succeed(`keystow get ${name()}`)).toBe(token);

        await user.succeed(publish);
        expect(registry.listCrates()).toEqual(['sample 0.1.0']);
        await user.succeed('cd user && cargo fetch');
        await user.succeed('cargo yank --registry local sample@0.1.0');
        expect(registry.listCrates()).toEqual(['sample 0.1.0 yanked']);

        await user.succeed('cargo logout --registry local');
        expect(await user.succeed('keystow list')).toBe('');
        const rejected = await user.run(publish);
        expect(rejected).toMatchObject({ exit: 101, stderr: expect.stringMatching(/no token found|cargo login/) });
        expect((await user.run('cargo logout --registry local')).stderr).toContain('not currently logged in');
      });

      test('[CAR5] a login without a token asks on the terminal, because stdin belongs to the protocol', async ({
        skip,
      }) => {
        skip(missingPseudoTerminal() !== undefined, missingPseudoTerminal());
        const { home, environment } = user.sandbox;
        const terminal = runOnTerminal('cargo login --registry local', home, environment);
        await answer(terminal, `Token for local (from ${registry.url}/me): `, token);
        expect(await terminal.exit).toBe(0);
        expect(terminal.shown()).not.toContain(token);
        expect(await user.succeed(`keystow get ${name()}`)).toBe(token);
      });

      test('a token that was stored by hand works', async () => {
        await user.succeed(`printf ${token} | keystow set ${name()}`);
        await user.succeed(publish);
      });

      if (store === 'the Secret Service') {
        test('[CAR6] a keyring that is locked is an error with a hint, never a missing token', async () => {
          await user.succeed(`printf ${token} | cargo login --registry local`);
          await user.daemons.trigger('restart locked');
          const { exit, stderr } = await user.run(publish);
          expect(exit).toBe(101);
          expect(stderr).toContain('is locked');
          expect(stderr).toContain('hint: ');
          expect(stderr).not.toContain('no token found');
        });
      }
    },
    missingDaemons(daemonsOf(store)),
  );
}
