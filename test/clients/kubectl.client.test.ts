import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { createSelfSigned } from '../support/certificate.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { type LocalServer, startLocalServer } from './support/local-server.ts';

const kubectl = findClient('kubectl', { version: ['version', '--client'], atLeast: '1.24' });

const token = 's3cret';
const whoami = {
  kind: 'SelfSubjectReview',
  apiVersion: 'authentication.k8s.io/v1',
  status: { userInfo: { username: 'robot' } },
};

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    kubectl,
    `kubectl, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let server: LocalServer;
      beforeEach(async () => {
        const certificate = createSelfSigned();
        user = await startClientUser({ store, clients: [kubectl] });
        server = await startLocalServer(
          ({ authorization, path }) => {
            if (authorization !== `Bearer ${token}`) return { status: 401, body: unauthorized };
            return path.includes('selfsubjectreviews') ? { status: 201, body: whoami } : { body: 'ok' };
          },
          { tls: certificate },
        );
        await configure(user, server, certificate.cert);
      });
      afterEach(async () => {
        await server.stop();
        await user.stop();
      });

      const ask = () => user.run('kubectl get --raw /readyz');

      test('[KUBE1] sends the token that was stored, until it is erased', async () => {
        expect(await ask()).toMatchObject({ exit: 1, stderr: expect.stringContaining('no credential is stored') });
        await user.succeed(`printf '%s\\n' ${token} | keystow helper kubernetes robot --store`);
        expect(await user.succeed('keystow list')).toBe('kubernetes:robot\ttoken\n');
        expect(await ask()).toMatchObject({ stdout: 'ok', exit: 0 });
        await user.succeed('keystow helper kubernetes robot --erase');
        expect((await ask()).exit).toBe(1);
      });

      test('[KUBE2] sends a token that keystow set stored', async () => {
        await user.succeed(`printf ${token} | keystow set kubernetes:robot token`);
        expect(await ask()).toMatchObject({ stdout: 'ok', exit: 0 });
        const { stdout } = await user.run('kubectl auth whoami -o json');
        if (stdout !== '') expect(stdout).toContain('robot');
        await user.succeed('keystow delete kubernetes:robot token');
        expect((await ask()).exit).toBe(1);
      });

      test('[KUBE3] with version v1beta1', async () => {
        await user.succeed(
          'kubectl config set-credentials robot --exec-api-version client.authentication.k8s.io/v1beta1',
        );
        await user.succeed(`printf ${token} | keystow set kubernetes:robot token`);
        expect(await ask()).toMatchObject({ stdout: 'ok', exit: 0 });
      });
    },
    missingDaemons(daemonsOf(store)),
  );
}

describeClient(kubectl, 'kubectl, with keystow and a server that requires a certificate', () => {
  test('[KUBE4] presents the certificate that was stored', async () => {
    const [certificate, client] = [createSelfSigned(), createSelfSigned('robot')];
    const tls = { ...certificate, ca: client.cert, requestCert: true, rejectUnauthorized: true };
    const server = await startLocalServer(() => ({ body: 'ok' }), { tls });
    const user = await startClientUser({ clients: [kubectl] });
    try {
      await configure(user, server, certificate.cert);
      const ask = () => user.run('kubectl get --raw /readyz');
      expect((await ask()).exit).toBe(1);
      writeFileSync(join(user.sandbox.home, 'client.pem'), client.cert);
      writeFileSync(join(user.sandbox.home, 'client.key'), client.key);
      await user.succeed('cat client.pem client.key | keystow helper kubernetes robot --store');
      await user.succeed('rm client.key');
      expect(await ask()).toMatchObject({ stdout: 'ok', exit: 0 });
    } finally {
      await server.stop();
      await user.stop();
    }
  });
});

/** Sets up a kubeconfig as the documentation says. */
async function configure(user: ClientUser, server: LocalServer, authority: string): Promise<void> {
  writeFileSync(join(user.sandbox.home, 'ca.pem'), authority);
  await user.succeed(`kubectl config set-cluster local --server ${server.url} --certificate-authority ca.pem`);
  await user.succeed('kubectl config set-context local --cluster local --user robot');
  await user.succeed('kubectl config use-context local');
  const exec = '--exec-command keystow --exec-arg helper --exec-arg kubernetes --exec-arg robot';
  const version = '--exec-api-version client.authentication.k8s.io/v1 --exec-interactive-mode IfAvailable';
  await user.succeed(`kubectl config set-credentials robot ${exec} ${version}`);
}

const unauthorized = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 };
