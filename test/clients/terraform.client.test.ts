import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { modulePath, startTerraformHost, type TerraformHost } from './support/terraform-host.ts';

const terraform = findClient('terraform', { version: ['version'], atLeast: '1.0' });

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    terraform,
    `terraform, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let host: TerraformHost;
      beforeEach(async () => {
        host = await startTerraformHost();
        user = await startClientUser({
          store,
          clients: [terraform],
          environment: { CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
        });
        const { home, environment } = user.sandbox;
        environment.SSL_CERT_FILE = join(home, 'ca.pem');
        writeFileSync(environment.SSL_CERT_FILE, host.certificate);
        writeFileSync(join(home, '.terraformrc'), 'credentials_helper "keystow" {}\n');
        mkdirSync(join(home, '.terraform.d/plugins'), { recursive: true });
        const program = 'terraform-credentials-keystow';
        symlinkSync(join(home, 'bin', program), join(home, '.terraform.d/plugins', program));
        // The browser of `terraform login`, which follows the redirect to terraform.
        const browser = join(home, 'bin/xdg-open');
        const visit = `fetch(process.argv[1]).then((page) => page.text())`;
        writeFileSync(browser, `#!/bin/sh\n'${process.execPath}' -e '${visit}' "$1" >/dev/null 2>&1 &\n`);
        chmodSync(browser, 0o755);
        environment.NODE_EXTRA_CA_CERTS = environment.SSL_CERT_FILE;
        mkdirSync(join(home, 'project'));
        const main = `module "empty" {\n  source = "${host.host}/${modulePath}"\n}\n`;
        writeFileSync(join(home, 'project/main.tf'), main);
      });
      afterEach(async () => {
        await host.stop();
        await user.stop();
      });

      const init = 'cd project && rm -rf .terraform && terraform init -no-color -input=false';
      const login = () => `echo yes | terraform login ${host.host}`;

      test('[TF3] logs in, gets a module with the token, and logs out', async () => {
        expect(await user.run(init)).toMatchObject({ exit: 1, stderr: expect.stringContaining('401') });
        expect(await user.succeed(login())).toContain('Success!');
        expect(await user.succeed('keystow list')).toBe(`terraform:${host.host}\ttoken\n`);
        expect(await user.succeed(`keystow get terraform:${host.host} token`)).toBe('token-of-terraform-1');

        await user.succeed(init);
        expect(host.requests.find(({ path }) => path.endsWith('/download'))?.authorization).toBe(
          'Bearer token-of-terraform-1',
        );

        await user.succeed(`terraform logout ${host.host}`);
        expect(await user.succeed('keystow list')).toBe('');
        expect((await user.run(init)).exit).toBe(1);
      });

      test('a token that was stored by hand works', async () => {
        const token = host.issueToken();
        await user.succeed(`printf ${token} | keystow set terraform:${host.host} token`);
        await user.succeed(init);
      });

      if (store === 'the Secret Service') {
        test('[TF4] a keyring that is locked is an error with a hint, never a missing token', async () => {
          await user.succeed(login());
          await user.daemons.trigger('restart locked');
          const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/[\s│]+/g, ' ');
          const error = /error in .*terraform-credentials-keystow: .* is locked.* hint: /;
          // Terraform goes on without a token, and has the reason in its log only.
          const { exit, stderr } = await user.run(init, { TF_LOG: 'WARN' });
          expect(exit).toBe(1);
          expect(plain(stderr)).toMatch(error);
          const rejected = await user.run(login(), { KEYSTOW_STORAGE: 'keychain' });
          expect(rejected.exit).toBe(1);
          expect(plain(rejected.stderr)).toMatch(error);
        });
      }
    },
    missingDaemons(daemonsOf(store)),
  );
}
