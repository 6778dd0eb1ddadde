import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { type GoProxy, goModule, startGoProxy } from './support/go-proxy.ts';

const go = findClient('go', { version: ['version'], atLeast: '1.24' });

const bearer = 'Bearer token-of-go';
const basic = `Basic ${btoa('alice:s3cret')}`;

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    go,
    `go, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let proxy: GoProxy;
      let accepted: string;
      beforeEach(async () => {
        proxy = await startGoProxy(() => accepted);
        user = await startClientUser({
          store,
          clients: [go],
          environment: {
            GOAUTH: 'keystow helper go',
            GOPROXY: proxy.url,
            GOSUMDB: 'off',
            GOTOOLCHAIN: 'local',
            // So that the home can be removed.
            GOFLAGS: '-modcacherw',
          },
        });
        const { home, environment } = user.sandbox;
        environment.SSL_CERT_FILE = join(home, 'ca.pem');
        writeFileSync(environment.SSL_CERT_FILE, proxy.certificate);
        mkdirSync(join(home, 'project'));
        writeFileSync(join(home, 'project/go.mod'), `module m\n\ngo 1.24\n\nrequire ${goModule} v1.0.0\n`);
      });
      afterEach(async () => {
        await proxy.stop();
        await user.stop();
      });

      const download = 'cd project && go mod download -x';

      test.each([
        ['a token', 'token', 'token-of-go', bearer],
        ['a user name and a password', 'alice', 's3cret', basic],
      ])('[GO3] downloads a module with %s, after the proxy has refused', async (_, account, secret, authorization) => {
        accepted = authorization;
        expect((await user.run(download)).exit).toBe(1);
        await user.succeed(`printf ${secret} | keystow set go:${proxy.host} ${account}`);
        await user.succeed(download);
        expect(proxy.requests.at(-1)?.authorization).toBe(authorization);

        await user.succeed(`keystow delete go:${proxy.host} ${account} && go clean -modcache`);
        expect(await user.run(download)).toMatchObject({ exit: 1, stderr: expect.stringContaining('401') });
      });

      if (store === 'the Secret Service') {
        test('[GO4] a keyring that is locked is an error with a hint, which go -x shows', async () => {
          accepted = bearer;
          await user.succeed(`printf token-of-go | keystow set go:${proxy.host} token`);
          await user.daemons.trigger('restart locked');
          const { exit, stderr } = await user.run(download);
          expect(exit).toBe(1);
          expect(stderr).toMatch(/GOAUTH encountered errors.*is locked.*hint: /s);
        });
      }
    },
    missingDaemons(daemonsOf(store)),
  );
}
