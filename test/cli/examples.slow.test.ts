import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flattenCommands } from '../../scripts/man-page.ts';
import type { Example } from '../../src/cli/command.ts';
import { getProgramName } from '../../src/cli/program.ts';
import { describeStore } from '../contract/require-stores.ts';
import { visit } from '../oauth/fake-browser.ts';
import { programs } from '../support/all-programs.ts';
import { type DifyHost, startDifyHost } from '../support/dify-host.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { missingProgram } from '../support/session-bus.ts';
import { addressIn, jsmAt } from './jsm-login.ts';
import { type Run, Sandbox } from './sandbox.ts';

/** Creates what the examples refer to but don't create themselves. */
const before: Readonly<Record<string, string>> = {
  keystow: [
    'for name in "github.com alice" "demo key" "demo db" "sudo alice" "ansible-vault prod" "-- -service -account"; do printf example | keystow set $name; done',
    'printf example >key.der; keystow doctor --json >report.json',
    'for account in alice bob; do printf example | keystow set demo $account; done',
    'printf "LOG=debug\\nTOKEN=keystow://demo/alice\\n" >.env; printf "service,account,secret\\na,b,example\\n" >passwords.csv',
    // From the README of age.
    'echo age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p >keys.txt',
    'for name in "https://pypi.example/simple/ alice" "npm:registry.npmjs.org token"; do printf example | keystow set $name; done',
    `echo '{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}' | docker-credential-keystow store`,
    `echo '{"access_token":"valid","refresh_token":"example","expires_in":3600}' >response.json`,
    'keystow set --token api.acme.example alice <response.json',
  ].join('; '),
  jsm: 'echo jsm_of-an-example-xxxx >key.txt; jsm doctor --json >report.json; jsm auth set-key - <key.txt',
  difyctl: 'difyctl doctor --json >report.json; difyctl auth login',
  'git-credential-keystow': '',
  'docker-credential-keystow':
    'echo \'{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}\' | docker-credential-keystow store',
  'cargo-credential-keystow': 'mkdir -p .cargo',
  'terraform-credentials-keystow': '',
  'bazel-credential-keystow': '',
  'keystow-vault-client': 'printf example | keystow set ansible-vault prod',
  'keystow-askpass': '',
};

/** Creates the encrypted files that the examples of `passphrase` change. */
const sealed = [
  'printf example | KEYSTOW_STORAGE=file keystow set demo alice',
  'export JSM_ALLOW_ENV_PASSPHRASE=1 JSM_CREDENTIALS_PASSPHRASE="$OLD"',
  'echo jsm_of-an-example-xxxx | jsm auth set-key -',
  'DIFY_TOKEN_STORAGE=file difyctl auth login',
].join(' && ');

const confirm = 'Type yes to continue';
const keyringPassword = 'Password of GNOME Keyring';

/** The prompts of examples that need a terminal. */
const questions: Readonly<Record<string, readonly string[]>> = {
  'keystow set github.com alice': ['Secret for'],
  'keystow set ansible-vault prod': ['Secret for'],
  'keystow set ssh-key ~/.ssh/id_ed25519': ['Secret for'],
  'keystow passphrase change': ['Choose a new passphrase', 'Repeat the passphrase'],
  'keystow passphrase remove': ['Enter passphrase'],
  'jsm passphrase change': ['Enter passphrase', 'Choose a new passphrase', 'Repeat the passphrase'],
  'difyctl passphrase change': ['Choose a new passphrase', 'Repeat the passphrase'],
  'difyctl passphrase remove': ['Enter passphrase'],
  'keystow export --output backup.age': ['Choose a passphrase', 'Repeat the passphrase'],
  'keystow import age backup.age': ['Enter the passphrase'],
  'keystow unlock': [keyringPassword],
  'jsm unlock': [keyringPassword],
  'difyctl unlock': [keyringPassword],
  'keystow reset': [confirm],
  'keystow setup git': [confirm],
  'jsm reset': [confirm],
  'difyctl reset': [confirm],
};
const passphrase = 'of an example';
const answers: Readonly<Record<string, string>> = { [confirm]: 'yes', [keyringPassword]: 'a password of the tests' };

const hasPowerShell = spawnSync('pwsh', ['-Version']).status === 0;

/** Wraps an example in the shell that it is meant for. */
function shellOf(line: string): string {
  const quoted = `'${line.replaceAll("'", "'\\''")}'`;
  if (line.includes('completion zsh')) return `zsh --no-rcs -c 'autoload -U compinit; compinit -u -D; '${quoted}`;
  if (line.includes('completion fish')) return `fish --no-config -c ${quoted}`;
  // Without PowerShell, only the command that prints the script runs.
  if (line.includes('completion powershell') && !hasPowerShell) return line.replace(/ \|.*/, '');
  if (line.includes('completion powershell')) return `pwsh -NoProfile -Command ${quoted}`;
  return `bash -c 'set -o pipefail; '${quoted}`;
}

/** Every help text: the program, the command (empty for the program itself), and its examples. */
const helps = programs.flatMap((program) => {
  const commands = [{ name: '', examples: program.examples }, ...flattenCommands(program)];
  return commands.map(({ name, examples }): [string, string, readonly Example[]] => [
    getProgramName(program),
    name,
    examples,
  ]);
});

/** Redirects the hosts in the examples, which are on the Internet, to the host of this test. */
const standIn = join(tmpdir(), `keystow-examples-${process.pid}.cjs`);
writeFileSync(
  standIn,
  `const asked = globalThis.fetch;
   globalThis.fetch = (url, options) =>
     asked(String(url).replace(/^https:\\/\\/(cloud\\.dify\\.ai|dify\\.example\\.com)/, process.env.DIFY_STAND_IN), options);`,
);

const needed = ['zsh', 'fish', 'git'].map(missingProgram).find(Boolean);

describeStore('the examples in --help', 'secret-service', missing() ?? missingPseudoTerminal() ?? needed, () => {
  let keyring: GnomeKeyring;
  let provider: OidcProvider;
  let host: DifyHost;
  let sandbox: Sandbox;
  let withFiles: Sandbox;
  beforeAll(async () => {
    [keyring, provider, host] = await Promise.all([
      startGnomeKeyring('unlocked'),
      startOidcProvider(),
      startDifyHost({}),
    ]);
    const environment = {
      ...jsmAt(provider),
      BROWSER: 'true',
      WAYLAND_DISPLAY: 'wayland-0',
      TOKEN: 'example',
      OLD: passphrase,
      NEW: passphrase,
      NODE_OPTIONS: `--require ${standIn}`,
      DIFY_STAND_IN: host.url,
    };
    sandbox = new Sandbox({ ...environment, DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
    withFiles = new Sandbox(environment);
    const bin = (name: string) => join(sandbox.home, 'bin', name);
    // The commands that the examples of exec run. They fail without the variable.
    writeFileSync(bin('gh'), '#!/bin/sh\ntest "$GH_TOKEN $*" = "example repo list"\n');
    writeFileSync(bin('psql'), '#!/bin/sh\ntest "$PGPASSWORD $*" = "example -h localhost"\n');
    writeFileSync(bin('npm'), '#!/bin/sh\ntest "$TOKEN $LOG $*" = "example debug start"\n');
    writeFileSync(join(sandbox.home, 'deploy'), '#!/bin/sh\ntest "$A $B" = "example example"\n');
    writeFileSync(bin('wl-copy'), '#!/bin/sh\ncat >/dev/null\n');
    // What the examples of token and helper run, with what the real ones print.
    writeFileSync(bin('curl'), '#!/bin/sh\ntest "$2" = "Authorization: Bearer valid"\n');
    writeFileSync(bin('acme-refresh'), `#!/bin/sh\necho '{"access_token":"example","expires_in":3600}'\n`);
    const keys = { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: 'c', Expiration: '2099-12-31T00:00:00Z' };
    writeFileSync(bin('aws'), `#!/bin/sh\necho '${JSON.stringify({ Credentials: keys })}'\n`);
    writeFileSync(bin('kubectl'), '#!/bin/sh\necho example\n');
    const tools = ['gh', 'psql', 'npm', 'wl-copy', 'curl', 'acme-refresh', 'aws', 'kubectl'].map(bin);
    for (const file of [...tools, join(sandbox.home, 'deploy')]) chmodSync(file, 0o755);
    expect(await run(sealed, withFiles)).toMatchObject({ exit: 0 });
  });
  afterAll(async () => {
    for (const home of [sandbox, withFiles]) home?.remove();
    rmSync(standIn, { force: true });
    await Promise.all([keyring?.stop(), provider?.stop(), host?.stop()]);
  });

  async function run(line: string, home = sandbox): Promise<Pick<Run, 'stdout' | 'exit'>> {
    const asked = questions[line];
    if (asked !== undefined) {
      const asking = asked.includes(keyringPassword) ? sandbox : withFiles;
      const terminal = runOnTerminal(line, asking.home, asking.environment);
      for (const question of asked) await answer(terminal, question, answers[question] ?? passphrase);
      return { stdout: terminal.shown(), exit: await terminal.exit };
    }
    const running = home.begin(line);
    if (/\bjsm login\b(?!.*--help)/.test(line)) await visit(await addressIn(running));
    return running.end;
  }

  test.each(helps)(
    'of %s %s are printed completely and work when pasted',
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
      const home = /PASSPHRASE=/.test(pasted) ? withFiles : sandbox;
      const typed = pasted in questions ? pasted : shellOf(pasted);
      expect(await run(typed, home), pasted).toMatchObject({ exit: 0 });
    }
  }
});
