import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSelfSigned } from '../support/certificate.ts';
import { missingDocker, password, type Registry, startRegistry } from '../support/registry.ts';
import { type ClientUser, startClientUser } from './support/client-user.ts';
import { type Client, describeClient, findClient } from './support/clients.ts';
import { startLocalServer } from './support/local-server.ts';
import { findPnpm } from './support/npm-clients.ts';

let user: ClientUser;

/** Declares a suite with a user who has only this client. */
function describeSetup(client: Client, suite: () => void, alsoMissing?: string): void {
  describeClient(
    client,
    `${client.name} uses keystow after keystow setup, and not after its undo`,
    () => {
      beforeEach(async () => {
        user = await startClientUser({ clients: [client] });
      });
      afterEach(() => user.stop());
      suite();
    },
    alsoMissing,
  );
}

function write(name: string, text: string): void {
  const path = join(user.sandbox.home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

const read = (name: string) => readFileSync(join(user.sandbox.home, name), 'utf8');

describeSetup(
  findClient('skopeo'),
  () => {
    let registry: Registry;
    beforeEach(async () => {
      registry = await startRegistry();
    });
    afterEach(() => registry.stop());

    test('[SET50] through podman, in a file of its own', async () => {
      const login = `printf ${password} | skopeo login --tls-verify=false --username alice --password-stdin ${registry.address}`;
      await user.succeed('keystow setup podman --yes');
      await user.succeed(login);
      expect(await user.succeed('keystow list')).toBe(`docker-credential:${registry.address}\talice\n`);
      expect(await user.succeed(`skopeo login --get-login ${registry.address}`)).toBe('alice\n');
      await user.succeed('keystow setup podman --undo');
      expect((await user.run(`skopeo login --get-login ${registry.address}`)).exit).not.toBe(0);
    });

    test('[SET51] through docker, whose configuration it reads too', async () => {
      write('.docker/config.json', '{"auths": {}}');
      await user.succeed(`keystow setup docker ${registry.address} --yes`);
      await user.succeed(`printf ${password} | keystow set docker-credential:${registry.address} alice`);
      expect(await user.succeed(`skopeo login --get-login ${registry.address}`)).toBe('alice\n');
      await user.succeed(`keystow setup docker ${registry.address} --undo`);
      expect(read('.docker/config.json')).toBe('{"auths": {}}');
      expect((await user.run(`skopeo login --get-login ${registry.address}`)).exit).not.toBe(0);
    });
  },
  missingDocker(),
);

describeSetup(findClient('git'), () => {
  test('[SET52] git, beside the helper of one host', async () => {
    write(
      '.gitconfig',
      '[credential "https://other.example"]\r\n\thelper =\r\n\thelper = "!f() { echo password=0ther; }; f"',
    );
    const before = read('.gitconfig');
    const fill = (host: string) =>
      user.run(`printf 'protocol=https\nhost=${host}\nusername=alice\n\n' | GIT_TERMINAL_PROMPT=0 git credential fill`);
    await user.succeed(`printf ${password} | keystow set git-credential:https://git.example alice`);
    await user.succeed('keystow setup git --yes');
    expect((await fill('git.example')).stdout).toContain(`password=${password}`);
    expect((await fill('other.example')).stdout).toContain('password=0ther');
    await user.succeed('keystow setup git --undo');
    expect((await fill('git.example')).exit).not.toBe(0);
    expect(read('.gitconfig')).toBe(before);
  });
});

describeSetup(findClient('aws'), () => {
  test('[SET53] the AWS CLI signs with the keys of a profile', async () => {
    const sts = await startLocalServer(() => ({ status: 403 }));
    try {
      write('.aws/config', '[default]\nregion = x\n\n[profile  "my work"]\nsts_regional_endpoints = regional\n');
      const before = read('.aws/config');
      await user.succeed(`printf ${password} | keystow set 'aws:my work' AKIAEXAMPLE`);
      const ask = () =>
        user.run(`aws sts get-caller-identity --profile 'my work' --endpoint-url ${sts.url}`, {
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_DEFAULT_REGION: 'eu-central-1',
        });
      await user.succeed("keystow setup aws 'my work' --yes");
      const { stderr } = await ask();
      expect(
        sts.requests.map(({ authorization }) => authorization),
        stderr,
      ).toEqual([expect.stringContaining('Credential=AKIAEXAMPLE/')]);
      await user.succeed("keystow setup aws 'my work' --undo");
      expect(read('.aws/config')).toBe(before);
      await ask();
      expect(sts.requests).toHaveLength(1);
    } finally {
      await sts.stop();
    }
  });
});

describeSetup(findClient('kubectl', { version: ['version', '--client'], atLeast: '1.24' }), () => {
  test('[SET54] kubectl sends the token of the current context, also with a kubeconfig in JSON', async () => {
    const tls = createSelfSigned();
    const server = await startLocalServer(({ authorization }) => ({ body: authorization }), { tls });
    try {
      write('ca.pem', tls.cert);
      await user.succeed(`kubectl config set-cluster c --server ${server.url} --certificate-authority ca.pem`);
      await user.succeed('kubectl config set-context c --cluster c --user "my robot"');
      await user.succeed('kubectl config use-context c; kubectl config set-credentials "my robot"');
      await user.succeed(`printf ${password} | keystow set 'kubernetes:my robot' token`);
      const sent = async () => (await user.run('kubectl get --raw /x')).stdout;
      const json = await user.succeed('kubectl config view --raw -o json');
      for (const text of [read('.kube/config'), json.replace('"user": {}', '"user": {"as": ""}')]) {
        write('.kube/config', text);
        await user.succeed('keystow setup kubectl --yes');
        expect(await sent()).toBe(`Bearer ${password}`);
        await user.succeed('keystow setup kubectl --undo');
        expect(read('.kube/config')).toBe(text);
        expect(await sent()).not.toContain('Bearer');
      }
    } finally {
      await server.stop();
    }
  });
});

describeSetup(findClient('pip', { atLeast: '23.1' }), () => {
  test('[SET55] pip sends the password of its index, once the folder of its keyring is on PATH', async () => {
    const challenge = { status: 401, headers: { 'www-authenticate': 'Basic realm="index"' } };
    const sent = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
    const index = await startLocalServer(({ authorization }) => (authorization === sent ? { status: 404 } : challenge));
    try {
      const url = index.url.replace('//', '//alice@');
      await user.succeed(`printf ${password} | keystow set ${index.url}/simple/ alice`);
      const exports = await user.succeed('keystow setup pip --yes | grep ^export');
      await user.run(`${exports.trim()}; pip download --no-input --no-cache-dir --index-url ${url}/simple/ demo`);
      expect(index.requests.map(({ authorization }) => authorization)).toContain(sent);
      expect(await user.succeed('pip config get global.keyring-provider')).toBe('subprocess\n');
      await user.succeed('keystow setup pip --undo');
      expect((await user.run('pip config get global.keyring-provider')).exit).not.toBe(0);
    } finally {
      await index.stop();
    }
  });
});

describeSetup(findPnpm(), () => {
  test('[SET56] pnpm sends the token of a registry', async () => {
    const registry = await startLocalServer(() => ({ status: 404, body: {} }));
    try {
      await user.succeed(`printf ${password} | keystow set npm:${registry.host} token`);
      await user.succeed(`keystow setup pnpm ${registry.host} --yes`);
      const view = () =>
        user.run(`pnpm view demo --registry ${registry.url}/; pnpm add demo --registry ${registry.url}/`);
      write('package.json', '{}');
      await view();
      expect(registry.requests.map(({ authorization }) => authorization)).toContain(`Bearer ${password}`);
      const { length } = registry.requests;
      await user.succeed(`keystow setup pnpm ${registry.host} --undo`);
      await view();
      const later = registry.requests.slice(length).map(({ authorization }) => authorization);
      expect(new Set(later)).toEqual(new Set(['']));
    } finally {
      await registry.stop();
    }
  });
});
