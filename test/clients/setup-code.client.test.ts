import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCargoRegistry } from './support/cargo-registry.ts';
import { type ClientUser, startClientUser } from './support/client-user.ts';
import { type Client, describeClient, findClient } from './support/clients.ts';
import { goModule, startGoProxy } from './support/go-proxy.ts';
import { modulePath, startTerraformHost } from './support/terraform-host.ts';

let user: ClientUser;

function describeSetup(client: Client, suite: () => void): void {
  describeClient(client, `${client.name} uses keystow after keystow setup, and not after its undo`, () => {
    beforeEach(async () => {
      user = await startClientUser({ clients: [client] });
    });
    afterEach(() => user.stop());
    suite();
  });
}

function write(name: string, text: string): void {
  const path = join(user.sandbox.home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

const read = (name: string) => readFileSync(join(user.sandbox.home, name), 'utf8');

describeSetup(findClient('cargo', { atLeast: '1.74' }), () => {
  test.each(['', 'local'])('[SET57] cargo logs in and out with keystow %s', async (target) => {
    const registry = await startCargoRegistry(() => true);
    try {
      write('.cargo/config.toml', `registries.local.index = "${registry.index}" # mine\n`);
      const before = read('.cargo/config.toml');
      await user.succeed(`keystow setup cargo ${target} --yes`);
      await user.succeed('printf token-of-cargo | cargo login --registry local');
      expect(await user.succeed('keystow list')).toBe(`cargo:${registry.index}\ttoken\n`);
      await user.succeed('cargo logout --registry local');
      expect(await user.succeed('keystow list')).toBe('');
      await user.succeed(`keystow setup cargo ${target} --undo`);
      expect(read('.cargo/config.toml')).toBe(before);
    } finally {
      await registry.stop();
    }
  });
});

describeSetup(findClient('terraform', { version: ['version'], atLeast: '1.0' }), () => {
  test('[SET58] terraform gets a module with the token', async () => {
    const host = await startTerraformHost();
    try {
      const { environment, home } = user.sandbox;
      Object.assign(environment, { CHECKPOINT_DISABLE: '1', SSL_CERT_FILE: join(home, 'ca.pem') });
      write('ca.pem', host.certificate);
      write('.terraformrc', 'credentials_helper "other" {\n  args = ["x"]\n}\n');
      const before = read('.terraformrc');
      write('project/main.tf', `module "empty" {\n  source = "${host.host}/${modulePath}"\n}\n`);
      const init = 'cd project && rm -rf .terraform && terraform init -no-color -input=false';
      await user.succeed(`printf ${host.issueToken()} | keystow set terraform:${host.host} token`);
      await user.succeed('keystow setup terraform --yes');
      await user.succeed(init);
      await user.succeed('keystow setup terraform --undo');
      expect(read('.terraformrc')).toBe(before);
      expect((await user.run(init)).exit).toBe(1);
    } finally {
      await host.stop();
    }
  });
});

describeSetup(findClient('go', { version: ['version'], atLeast: '1.24' }), () => {
  test('[SET59] go downloads a module with the token', async () => {
    const proxy = await startGoProxy(() => 'Bearer token-of-go');
    try {
      const { environment, home } = user.sandbox;
      Object.assign(environment, { GOSUMDB: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '-modcacherw', GOPROXY: proxy.url });
      environment.SSL_CERT_FILE = join(home, 'ca.pem');
      write('ca.pem', proxy.certificate);
      write('.config/go/env', 'GOPRIVATE=x\n');
      write('project/go.mod', `module m\n\ngo 1.24\n\nrequire ${goModule} v1.0.0\n`);
      const download = 'cd project && go clean -modcache && go mod download';
      await user.succeed(`printf token-of-go | keystow set go:${proxy.host} token`);
      expect((await user.run(download)).exit).toBe(1);
      await user.succeed('keystow setup go --yes');
      await user.succeed(download);
      expect(await user.succeed('go env GOAUTH')).toBe('keystow helper go;netrc\n');
      await user.succeed('keystow setup go --undo');
      expect(read('.config/go/env')).toBe('GOPRIVATE=x\n');
      expect((await user.run(download)).exit).toBe(1);
    } finally {
      await proxy.stop();
    }
  });
});

describeSetup(findClient('ansible-vault'), () => {
  test('[SET60] ansible-vault encrypts and decrypts with a password of keystow, beside one of a file', async () => {
    write('vars.yml', 'answer: 42\n');
    write('other.txt', 'other\n');
    write('.ansible.cfg', '[defaults]\nvault_identity_list = other@other.txt ; mine\n');
    const before = read('.ansible.cfg');
    await user.succeed('printf "s3cret of dev" | keystow set ansible-vault dev');
    await user.succeed('keystow setup ansible dev --yes');
    await user.succeed('ansible-vault encrypt --encrypt-vault-id dev vars.yml');
    expect(read('vars.yml')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
    expect(await user.succeed('ansible-vault view vars.yml')).toBe('answer: 42\n');
    await user.succeed('keystow setup ansible dev --undo');
    expect(read('.ansible.cfg')).toBe(before);
    expect((await user.run('ansible-vault view vars.yml')).exit).not.toBe(0);
  });
});
