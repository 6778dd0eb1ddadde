import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientUser, startClientUser } from './support/client-user.ts';
import { type Client, describeClient, findClient } from './support/clients.ts';

/** A client, and what it runs to find a credential. Nothing listens at its server. */
interface Asking {
  readonly client: Client;
  readonly setUp: readonly string[];
  readonly store: string;
  readonly use: string;
  /** What keystow reports if nothing is stored. */
  readonly absent: RegExp;
}

const asking: readonly Asking[] = [
  {
    client: findClient('aws'),
    setUp: ["aws configure set credential_process 'keystow helper aws work' --profile work"],
    store: 'keystow set aws:work AKIAEXAMPLE',
    use: 'aws sts get-caller-identity --profile work --region eu-central-1 --endpoint-url http://127.0.0.1:9',
    absent: /no credentials are stored/,
  },
  {
    client: findClient('kubectl', { version: ['version', '--client'], atLeast: '1.24' }),
    setUp: [
      'kubectl config set-cluster local --server https://127.0.0.1:9',
      'kubectl config set-context local --cluster local --user robot',
      'kubectl config use-context local',
      'kubectl config set-credentials robot --exec-command keystow --exec-arg helper --exec-arg kubernetes --exec-arg robot --exec-api-version client.authentication.k8s.io/v1 --exec-interactive-mode IfAvailable',
    ],
    store: 'keystow set kubernetes:robot token',
    use: 'kubectl get --raw /readyz',
    absent: /no credential is stored/,
  },
];

for (const { client, setUp, store, use, absent } of asking) {
  describeClient(
    client,
    `${client.name}, with a store that doesn't work`,
    () => {
      let user: ClientUser;
      afterEach(() => user.stop());

      test('[FAIL1] shows that the keyring is locked, and not that there is no credential', async () => {
        user = await startClientUser({ store: 'the Secret Service', clients: [client] });
        for (const command of setUp) await user.succeed(command);
        expect((await user.run(use)).stderr).toMatch(absent);
        await user.succeed(`printf s3cret | ${store}`);
        await user.daemons.trigger('restart locked');
        const { exit, stderr } = await user.run(use);
        expect(exit).not.toBe(0);
        expect(stderr).toMatch(/locked/);
        expect(stderr).not.toMatch(absent);
      });

      test('[FAIL2] shows that the encrypted file is damaged', async () => {
        user = await startClientUser({ clients: [client] });
        for (const command of setUp) await user.succeed(command);
        await user.succeed(`printf s3cret | ${store}`);
        writeFileSync(join(user.sandbox.home, '.config/keystow/credentials.json'), '{"format":"keystow"');
        const { exit, stderr } = await user.run(use);
        expect(exit).not.toBe(0);
        expect(stderr).toMatch(/encrypted file|credentials\.json/);
        expect(stderr).not.toMatch(absent);
      });
    },
    missingDaemons('gnome-keyring unlocked'),
  );
}
