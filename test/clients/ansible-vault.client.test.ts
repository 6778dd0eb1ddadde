import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';

const ansible = findClient('ansible-vault');

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    ansible,
    `ansible-vault, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      beforeEach(async () => {
        user = await startClientUser({ store, clients: [ansible] });
        writeFileSync(join(user.sandbox.home, 'vars.yml'), 'answer: 42\n');
      });
      afterEach(() => user.stop());

      const withVault = (label: string) => `--vault-id ${label}@$HOME/bin/keystow-vault-client`;

      test('[ANS3] encrypts and decrypts with the password of a vault id', async () => {
        await user.succeed('printf "s3cret of dev" | keystow set ansible-vault dev');
        await user.succeed('printf "s3cret of prod" | keystow set ansible-vault prod');
        expect(await user.succeed('keystow list')).toBe('ansible-vault\tdev\nansible-vault\tprod\n');
        await user.succeed(`ansible-vault encrypt ${withVault('dev')} vars.yml`);
        expect(await user.succeed('cat vars.yml')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
        expect(await user.succeed(`ansible-vault view ${withVault('dev')} vars.yml`)).toBe('answer: 42\n');
        expect((await user.run(`ansible-vault view ${withVault('prod')} vars.yml`)).exit).not.toBe(0);

        await user.succeed('keystow delete ansible-vault dev');
        const { exit, stderr } = await user.run(`ansible-vault view ${withVault('dev')} vars.yml`);
        expect(exit).not.toBe(0);
        expect(stderr).toMatch(/did not find a secret for vault-id=dev/);
      });

      test('the password without a vault id is the one of default', async () => {
        await user.succeed('printf "s3cret of default" | keystow set ansible-vault default');
        const file = '--vault-password-file $HOME/bin/keystow-vault-client';
        await user.succeed(`ansible-vault encrypt ${file} vars.yml`);
        expect(await user.succeed(`ansible-vault view ${file} vars.yml`)).toBe('answer: 42\n');
      });

      test('[ANS5] an invalid setting is an error, never an unknown vault id', async () => {
        const { exit, stderr } = await user.run(`ansible-vault encrypt ${withVault('dev')} vars.yml`, {
          KEYSTOW_STORAGE: 'nope',
        });
        expect(exit).not.toBe(0);
        expect(stderr).toContain('invalid KEYSTOW_STORAGE');
        expect(stderr).not.toContain('did not find a secret');
      });

      if (store === 'the Secret Service') {
        test('[ANS4] a keyring that is locked is an error with a hint, never an unknown vault id', async () => {
          await user.succeed('printf "s3cret of dev" | keystow set ansible-vault dev');
          await user.daemons.trigger('restart locked');
          const { exit, stderr } = await user.run(`ansible-vault encrypt ${withVault('dev')} vars.yml`);
          expect(exit).not.toBe(0);
          expect(stderr).toContain('is locked');
          expect(stderr).toContain('hint: ');
          expect(stderr).not.toContain('did not find a secret');
        });
      }
    },
    missingDaemons(daemonsOf(store)),
  );
}
