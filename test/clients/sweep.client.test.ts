import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createSelfSigned } from '../support/certificate.ts';
import { missingGit, startGitHost } from '../support/git-host.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { missingDocker, password as registryPassword, startRegistry } from '../support/registry.ts';
import { startCargoRegistry } from './support/cargo-registry.ts';
import { type ClientUser, startClientUser } from './support/client-user.ts';
import { type Client, describeClient, findClient } from './support/clients.ts';
import { startLocalServer } from './support/local-server.ts';
import { findPnpm, startVerdaccio } from './support/npm-clients.ts';
import { modulePath, startTerraformHost } from './support/terraform-host.ts';

const secret = 'Tk4x9qZ2w8vB7nM1kL5j';

/** What a tool does with a credential that it keeps in plain text itself. */
interface Situation {
  /** The file, relative to the home. */
  readonly file: string;
  /** The secret as it's written there. */
  readonly written: string;
  /** The name of the tool in `keystow sweep`, and the number of credentials. */
  readonly tool: string;
  /** Uses the credential with the server. Fails unless the server got it. */
  use(): Promise<void>;
}

/** The tool's file, moved and restored: the tool works all the time, and no file has the secret meanwhile. */
async function expectMoved(user: ClientUser, { file, written, tool, use }: Situation): Promise<void> {
  const path = join(user.sandbox.home, file);
  const before = readFileSync(path);
  const { mode } = statSync(path);
  await use();
  expect((await user.run(`keystow sweep ${tool}`)).exit).toBe(1);
  const grep = `grep -rlF -e '${written}' "$HOME"`;
  expect(await user.succeed(grep)).toBe(`${path}\n`);

  const moved = await user.run(`keystow sweep --move ${tool} --yes`);
  expect(moved, moved.stdout + moved.stderr).toMatchObject({ exit: 0 });
  expect((await user.run(grep)).stdout).toBe('');
  expect((await user.run(`keystow sweep ${tool}`)).exit).toBe(0);
  await use();

  await user.succeed('keystow sweep --undo --yes');
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(statSync(path).mode).toBe(mode);
  expect(await user.succeed('keystow list')).toBe('');
  await use();
}

async function withUser(clients: readonly Client[], work: (user: ClientUser) => Promise<void>): Promise<void> {
  const user = await startClientUser({ clients: clients.filter(({ folder }) => folder !== '') });
  try {
    await work(user);
  } finally {
    await user.stop();
  }
}

async function withServer<Server extends { stop(): Promise<void> }>(
  server: Server,
  work: (server: Server) => Promise<void>,
): Promise<void> {
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

const git = findClient('git');
describeClient(
  git,
  'sweep --move, with git',
  () => {
    test('[SWP20] git fetches with the password that its helper `store` had written', () =>
      withUser([git], async (user) => {
        const host = await startGitHost([{ repository: 'a.git', user: 'alice', password: secret }]);
        await withServer(host, async ({ host, visits }) => {
          await user.succeed('git config --global credential.helper store');
          await user.succeed(
            `printf 'protocol=http\\nhost=${host}\\nusername=alice\\npassword=${secret}\\n' | git credential approve`,
          );
          await expectMoved(user, {
            tool: 'git',
            file: '.git-credentials',
            written: secret,
            async use() {
              await user.succeed(`git ls-remote http://${host}/a.git`);
              expect(visits.at(-1)).toBe('alice');
            },
          });
          expect(readFileSync(join(user.sandbox.home, '.gitconfig'), 'utf8')).toBe('[credential]\n\thelper = store\n');
        });
      }));
  },
  missingGit(),
);

const skopeo = findClient('skopeo');
describeClient(
  skopeo,
  'sweep --move, with skopeo',
  () => {
    test('[SWP21] skopeo logs in with what `skopeo login` had written', () =>
      withUser([skopeo], async (user) => {
        await withServer(await startRegistry(), async ({ address }) => {
          const file = '.config/containers/auth.json';
          const login = `skopeo login --authfile ${file} --tls-verify=false --username alice --password-stdin ${address}`;
          mkdirSync(join(user.sandbox.home, '.config/containers'), { recursive: true });
          await user.succeed(`printf ${registryPassword} | ${login}`);
          await expectMoved(user, {
            tool: 'podman',
            file,
            written: Buffer.from(`alice:${registryPassword}`).toString('base64'),
            async use() {
              const list = await user.run(`skopeo list-tags --tls-verify=false docker://${address}/image`);
              // The registry knows the user, but no such image.
              expect(list.stderr).toMatch(/404|name unknown/);
            },
          });
          // The undo has written the password again.
          rmSync(join(user.sandbox.home, file));
        });
      }));
  },
  missingDocker(),
);

const aws = findClient('aws');
describeClient(aws, 'sweep --move, with the AWS CLI', () => {
  test('[SWP22] aws signs with the keys that `aws configure set` had written', () =>
    withUser([aws], async (user) => {
      const sts = await startLocalServer(({ authorization, headers }) => {
        const isSigned = authorization.includes('Credential=ASIA5TESTKEY/');
        const isKnown = isSigned && headers['x-amz-security-token'] === 't0ken-of-a-session';
        return isKnown ? { headers: { 'content-type': 'text/xml' }, body: identity } : { status: 403 };
      });
      await withServer(sts, async ({ url }) => {
        Object.assign(user.sandbox.environment, {
          AWS_DEFAULT_REGION: 'eu-central-1',
          AWS_EC2_METADATA_DISABLED: 'true',
        });
        const keys = {
          aws_access_key_id: 'ASIA5TESTKEY',
          aws_secret_access_key: secret,
          aws_session_token: 't0ken-of-a-session',
        };
        for (const [key, value] of Object.entries(keys)) {
          await user.succeed(`aws configure set ${key} ${value} --profile work`);
        }
        await expectMoved(user, {
          tool: 'aws',
          file: '.aws/credentials',
          written: secret,
          async use() {
            expect(await user.succeed(`aws sts get-caller-identity --profile work --endpoint-url ${url}`)).toContain(
              'alice',
            );
          },
        });
      });
    }));
});

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const kubectl = findClient('kubectl', { version: ['version', '--client'], atLeast: '1.24' });
describeClient(kubectl, 'sweep --move, with kubectl', () => {
  const configure = async (user: ClientUser, url: string, authority: string) => {
    writeFileSync(join(user.sandbox.home, 'ca.pem'), authority);
    await user.succeed(`kubectl config set-cluster local --server ${url} --certificate-authority ca.pem`);
    await user.succeed('kubectl config set-context local --cluster local --user robot');
    await user.succeed('kubectl config use-context local');
  };

  test('[SWP23] kubectl sends the token that `kubectl config set-credentials` had written', () =>
    withUser([kubectl], async (user) => {
      const certificate = createSelfSigned();
      const server = await startLocalServer(
        ({ authorization }) => (authorization === `Bearer ${secret}` ? { body: 'ok' } : { status: 401 }),
        { tls: certificate },
      );
      await withServer(server, async ({ url }) => {
        await configure(user, url, certificate.cert);
        await user.succeed(`kubectl config set-credentials robot --token ${secret}`);
        await expectMoved(user, {
          tool: 'kubernetes',
          file: '.kube/config',
          written: secret,
          use: async () => expect(await user.succeed('kubectl get --raw /readyz')).toBe('ok'),
        });
      });
    }));

  test('[SWP24] kubectl presents the client certificate that was in the kubeconfig', () =>
    withUser([kubectl], async (user) => {
      const [certificate, client] = [createSelfSigned(), createSelfSigned('robot')];
      const tls = { ...certificate, ca: client.cert, requestCert: true, rejectUnauthorized: true };
      await withServer(await startLocalServer(() => ({ body: 'ok' }), { tls }), async ({ url }) => {
        await configure(user, url, certificate.cert);
        const pem = join(user.sandbox.home, '..', 'client');
        writeFileSync(`${pem}.pem`, client.cert);
        writeFileSync(`${pem}.key`, client.key);
        await user.succeed(
          `kubectl config set-credentials robot --client-certificate ${pem}.pem --client-key ${pem}.key --embed-certs`,
        );
        await expectMoved(user, {
          tool: 'kubernetes',
          file: '.kube/config',
          written: Buffer.from(client.key).toString('base64').slice(0, 60),
          use: async () => expect(await user.succeed('kubectl get --raw /readyz')).toBe('ok'),
        });
      });
    }));
});

const pip = findClient('pip', { atLeast: '23.1' });
describeClient(pip, 'sweep --move, with pip', () => {
  test('[SWP25] pip sends the password that was in the URL of its index', () =>
    withUser([pip], async (user) => {
      const authorized = `Basic ${Buffer.from(`alice:${secret}`).toString('base64')}`;
      const index = await startLocalServer(({ authorization }) =>
        authorization === authorized
          ? { headers: { 'content-type': 'text/html' }, body: '<a href="/demo-1.0.tar.gz">demo-1.0.tar.gz</a>' }
          : { status: 401, headers: { 'www-authenticate': 'Basic realm="index"' } },
      );
      await withServer(index, async ({ host }) => {
        await user.succeed(`pip config set --user global.index-url http://alice:${secret}@${host}/simple`);
        const refused = await user.run('keystow sweep --move pip --yes');
        expect(refused.stderr).toContain('pip finds keystow only if PATH is set, so everything is as before');
        user.sandbox.environment.PATH = `${user.sandbox.home}/.config/keystow/bin:${user.sandbox.environment.PATH}`;
        await expectMoved(user, {
          tool: 'pip',
          file: '.config/pip/pip.conf',
          written: secret,
          async use() {
            expect(await user.succeed(`pip --disable-pip-version-check index versions demo`)).toContain('1.0');
          },
        });
      });
    }));
});

const pnpm = findPnpm();
describeClient(pnpm, 'sweep --move, with pnpm', () => {
  test('[SWP26] pnpm sends the token that was in ~/.npmrc, if the user names pnpm', () =>
    withUser([pnpm], async (user) => {
      await withServer(await startVerdaccio(), async (registry) => {
        const token = await registry.signUp('alice', 's3cret');
        writeFileSync(join(user.sandbox.home, '.npmrc'), `# mine\n//${registry.host}/:_authToken=${token}\n`, {
          mode: 0o600,
        });
        let version = 0;
        await expectMoved(user, {
          tool: 'pnpm',
          file: '.npmrc',
          written: token,
          async use() {
            version += 1;
            const manifest = join(user.sandbox.home, 'package/package.json');
            mkdirSync(dirname(manifest), { recursive: true });
            writeFileSync(manifest, JSON.stringify({ name: 'demo', version: `1.0.${version}` }));
            await user.succeed(`cd package && pnpm publish --no-git-checks --registry http://${registry.host}/`);
          },
        });
      });
    }));
});

const cargo = findClient('cargo', { atLeast: '1.74' });
describeClient(cargo, 'sweep --move, with cargo', () => {
  test('[SWP27] cargo publishes with the token that `cargo login` had written', () =>
    withUser([cargo], async (user) => {
      await withServer(await startCargoRegistry((given) => given === secret), async (registry) => {
        const write = (path: string, text: string) => {
          mkdirSync(dirname(join(user.sandbox.home, path)), { recursive: true });
          writeFileSync(join(user.sandbox.home, path), text);
        };
        // cargo requires a provider for a registry that wants a token for everything: this one is the file.
        const config = `[registries.local]\nindex = "${registry.index}"\n[registry]\nglobal-credential-providers = ["cargo:token"]\n`;
        write('.cargo/config.toml', config);
        write('sample/src/lib.rs', '');
        await user.succeed(`printf ${secret} | cargo login --registry local`);
        let version = 0;
        await expectMoved(user, {
          tool: 'cargo',
          file: '.cargo/credentials.toml',
          written: secret,
          async use() {
            version += 1;
            const about = 'edition = "2021"\nlicense = "MIT"\ndescription = "a sample"\n';
            write('sample/Cargo.toml', `[package]\nname = "sample"\nversion = "0.1.${version}"\n${about}`);
            await user.succeed('cd sample && cargo publish --registry local --no-verify --allow-dirty');
            expect(registry.listCrates()).toContain(`sample 0.1.${version}`);
          },
        });
        expect(readFileSync(join(user.sandbox.home, '.cargo/config.toml'), 'utf8')).toBe(config);
      });
    }));
});

const terraform = findClient('terraform', { version: ['version'], atLeast: '1.0' });
describeClient(terraform, 'sweep --move, with terraform', () => {
  test('[SWP28] terraform sends the token that its login writes', () =>
    withUser([terraform], async (user) => {
      await withServer(await startTerraformHost(), async (host) => {
        const { home, environment } = user.sandbox;
        Object.assign(environment, {
          CHECKPOINT_DISABLE: '1',
          TF_IN_AUTOMATION: '1',
          SSL_CERT_FILE: join(home, 'ca.pem'),
        });
        writeFileSync(join(home, 'ca.pem'), host.certificate);
        const token = host.issueToken();
        // What `terraform login` writes (cliconfig/credentials.go).
        const file = '.terraform.d/credentials.tfrc.json';
        mkdirSync(join(home, '.terraform.d'));
        const credentials = { credentials: { [host.host]: { token } } };
        writeFileSync(join(home, file), `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
        mkdirSync(join(home, 'project'));
        writeFileSync(join(home, 'project/main.tf'), `module "empty" {\n  source = "${host.host}/${modulePath}"\n}\n`);
        await expectMoved(user, {
          tool: 'terraform',
          file,
          written: token,
          async use() {
            await user.succeed('cd project && rm -rf .terraform && terraform init -no-color -input=false');
            const downloads = host.requests.filter(({ path }) => path.endsWith('/download'));
            expect(downloads.at(-1)?.authorization).toBe(`Bearer ${token}`);
          },
        });
        // The undo has written the token again.
        rmSync(join(home, file));
      });
    }));
});

const gh = findClient('gh');
describeClient(gh, 'sweep, with the GitHub CLI', () => {
  test('[SWP29] the token that `gh auth login --with-token` writes is found, and stays: gh can ask no other program', () =>
    withUser([gh], async (user) => {
      const host = 'github.example';
      const certificate = createSelfSigned(host);
      const token = `gho_${secret}${secret.slice(0, 16)}`;
      const server = await startLocalServer(
        ({ authorization }) =>
          authorization === `token ${token}`
            ? { headers: { 'x-oauth-scopes': 'repo, read:org' }, body: { data: { viewer: { login: 'alice' } } } }
            : { status: 401 },
        { tls: certificate },
      );
      await withServer(server, async ({ host: address }) => {
        const proxy = await startHttpProxy({ port: Number(address.split(':')[1]) });
        writeFileSync(join(user.sandbox.home, 'ca.pem'), certificate.cert);
        const variables = { SSL_CERT_FILE: join(user.sandbox.home, 'ca.pem'), HTTPS_PROXY: proxy.url };
        await user.succeed(`printf ${token} | gh auth login --with-token --hostname ${host}`, variables);
        const before = readFileSync(join(user.sandbox.home, '.config/gh/hosts.yml'), 'utf8');
        expect(before).toContain(token);
        const { found } = JSON.parse((await user.run('keystow sweep --json')).stdout) as { found: unknown[] };
        expect(found.length).toBeGreaterThan(0);
        expect(found[0]).toMatchObject({
          tool: 'gh',
          kind: 'token',
          subject: `${host} oauth_token`,
          secretStart: 'gho_',
        });
        const moved = await user.run('keystow sweep --move --yes');
        expect(moved.exit).toBe(1);
        expect(moved.stdout).toContain('keystow exec SERVICE ACCOUNT --env GH_TOKEN -- gh …');
        expect(readFileSync(join(user.sandbox.home, '.config/gh/hosts.yml'), 'utf8')).toBe(before);
      });
    }));
});
