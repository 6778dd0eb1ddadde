import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wholeCommands } from '../../scripts/whole-commands.ts';
import type { Example } from '../../src/cli/command.ts';
import { nameOf, type Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { dockerCredentialProgram } from '../../src/cli/programs/docker-credential-keystow.ts';
import { gitCredentialProgram } from '../../src/cli/programs/git-credential-keystow.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';
import { describeStore } from '../contract/require-stores.ts';
import { visit } from '../oauth/visitor.ts';
import { type DifyHost, startDifyHost } from '../support/dify-host.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { missingProgram } from '../support/session-bus.ts';
import { addressIn, jsmAt } from './jsm-login.ts';
import { type Run, Sandbox } from './sandbox.ts';

const programs: readonly Program[] = [
  keystowProgram,
  jsmProgram,
  difyctlProgram,
  gitCredentialProgram,
  dockerCredentialProgram,
];

/** What the examples speak of and do not make themselves. */
const before: Readonly<Record<string, string>> = {
  keystow: [
    'for name in "github.com alice" "demo key" "demo db" "-- -service -account"; do printf s3cret | keystow set $name; done',
    'printf s3cret >key.der; keystow doctor --json >report.json',
  ].join('; '),
  jsm: 'echo jsm_s3cret-xxxxxxxxxxxxxxxx >key.txt; jsm doctor --json >report.json; jsm auth set-key - <key.txt',
  difyctl: 'difyctl doctor --json >report.json; difyctl auth login',
  'git-credential-keystow': '',
  'docker-credential-keystow':
    'echo \'{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}\' | docker-credential-keystow store',
};

/** How a line is typed into the shell that it is for. */
function shellOf(line: string): string {
  const quoted = `'${line.replaceAll("'", "'\\''")}'`;
  if (line.includes('completion zsh')) return `zsh --no-rcs -c 'autoload -U compinit; compinit -u -D; '${quoted}`;
  if (line.includes('completion fish')) return `fish --no-config -c ${quoted}`;
  return `bash -c 'set -o pipefail; '${quoted}`;
}

/** Every help: a program, the command or nothing, and the examples that it has. */
const helps = programs.flatMap((program) => {
  const commands = [{ name: '', examples: program.examples }, ...wholeCommands(program)];
  return commands.map(({ name, examples }): [string, string, readonly Example[]] => [nameOf(program), name, examples]);
});

const needed = ['zsh', 'fish', 'git'].map(missingProgram).find(Boolean);

describeStore('the examples in --help', 'secret-service', missing() ?? needed, () => {
  let keyring: GnomeKeyring;
  let provider: OidcProvider;
  let host: DifyHost;
  let sandbox: Sandbox;
  beforeAll(async () => {
    [keyring, provider, host] = await Promise.all([
      startGnomeKeyring('unlocked'),
      startOidcProvider(),
      startDifyHost({}),
    ]);
    sandbox = new Sandbox({
      DBUS_SESSION_BUS_ADDRESS: keyring.bus.address,
      ...jsmAt(provider),
      BROWSER: 'true',
      TOKEN: 's3cret',
      DIFY_STAND_IN: host.url,
    });
    const bin = (name: string) => join(sandbox.home, 'bin', name);
    // What the examples of exec run, and cannot do without the variable.
    writeFileSync(bin('gh'), '#!/bin/sh\ntest "$GH_TOKEN $*" = "s3cret repo list"\n');
    writeFileSync(bin('psql'), '#!/bin/sh\ntest "$PGPASSWORD $*" = "s3cret -h localhost"\n');
    for (const name of ['gh', 'psql']) chmodSync(bin(name), 0o755);
    // The hosts of the examples are on the Internet: the one of this test stands in for them.
    writeFileSync(
      join(sandbox.home, 'stand-in.cjs'),
      `const asked = globalThis.fetch;
       globalThis.fetch = (url, options) =>
         asked(String(url).replace(/^https:\\/\\/(cloud\\.dify\\.ai|dify\\.example\\.com)/, process.env.DIFY_STAND_IN), options);`,
    );
  });
  afterAll(async () => {
    sandbox?.remove();
    await Promise.all([keyring?.stop(), provider?.stop(), host?.stop()]);
  });

  async function run(line: string): Promise<Run> {
    const running = sandbox.begin(line, { NODE_OPTIONS: `--require ${join(sandbox.home, 'stand-in.cjs')}` });
    if (/\bjsm login\b(?!.*--help)/.test(line)) await visit(await addressIn(running));
    return running.end;
  }

  test.each(helps)(
    'of %s %s are whole, and work when they are pasted',
    async (program, command, examples) => {
      await expectToWork(program, `${program} ${command} --help`, examples);
    },
    120_000,
  );

  async function expectToWork(program: string, help: string, examples: readonly Example[]): Promise<void> {
    expect(examples.length).toBeGreaterThan(0);
    const { stdout } = await run(help);
    await run(before[program] ?? '');
    for (const [line] of examples) {
      const pasted = line.replaceAll('$0', program);
      expect(stdout.split('\n')).toContain(`  ${pasted}`);
      expect(await run(shellOf(pasted)), pasted).toMatchObject({ exit: 0 });
    }
  }
});
