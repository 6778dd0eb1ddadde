import type { Cli } from '../../src/cli/cli.ts';
import type { Command } from '../../src/cli/command.ts';
import { getProgramName } from '../../src/cli/program.ts';
import { addressIn, jsmAt } from '../cli/jsm-login.ts';
import type { Running } from '../cli/sandbox.ts';
import { visit } from '../oauth/fake-browser.ts';
import { programs } from '../support/all-programs.ts';
import type { DifyHost } from '../support/dify-host.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';

/** The servers that the programs sign in to. */
export interface Servers {
  readonly oidc: Pick<OidcProvider, 'issuer' | 'publicClient'>;
  readonly dify: Pick<DifyHost, 'url'>;
}

/** What a command does, and therefore how it must react if its store does not work. */
export type Purpose =
  /** Reads a secret: fails and names the store. */
  | 'reads'
  /** Lists credentials: uses the placement instead, with a warning. */
  | 'lists'
  /** Writes a secret: uses the file instead, with a warning. */
  | 'writes'
  /** Removes a secret: fails, and reports that it still exists. */
  | 'removes'
  /** Reports the state: succeeds. */
  | 'reports'
  /** Unlocks GNOME Keyring, whatever the store is: fails and says why. */
  | 'unlocks'
  | 'uses-no-store';

/** Exit codes if the store does not work. */
export const exitCodes: Readonly<Record<Purpose, number>> = {
  reads: 1,
  lists: 0,
  writes: 0,
  removes: 1,
  reports: 0,
  unlocks: 1,
  'uses-no-store': 0,
};

/** A command to run. The credentials it needs are those of stored-credentials.ts. */
export interface TestedCommand {
  readonly name: string;
  readonly purpose: Purpose;
  /** A line of shell. */
  readonly line: (servers: Servers) => string;
  /** Its exit code if that differs from the one of its purpose. */
  readonly exit?: number;
  /** Its exit code if it can read the secret, and that isn't 0. */
  readonly exitIfFound?: number;
  /** Runs alongside the command. */
  readonly meanwhile?: (running: Running) => Promise<unknown>;
  /** Additional time for the user and the server. */
  readonly extraMs?: number;
}

const createCommand = (purpose: Purpose, name: string, rest = ''): TestedCommand => ({
  name,
  purpose,
  line: () => `${name} ${rest}`,
});

/** Provides stdin without a pipe, so that the process that is started is the program itself. */
const withInput = (command: string, input: string) => `${command} <<'END'\n${input}\nEND`;

const attributes = 'protocol=https\nhost=example.com';

const git = (purpose: Purpose, operation: string, more = ''): TestedCommand => ({
  name: `git-credential-keystow ${operation}`,
  purpose,
  line: () => withInput(`git-credential-keystow ${operation}`, `${attributes}${more}`),
});

const docker = (purpose: Purpose, action: string, input: string): TestedCommand => ({
  name: `docker-credential-keystow ${action}`,
  purpose,
  line: () => withInput(`docker-credential-keystow ${action}`, input),
});

/** What `keystow export --plain` writes. */
const exported = JSON.stringify({
  format: 'keystow-export',
  version: 1,
  exportedAt: '2026-03-04T05:06:07.000Z',
  credentials: [{ service: 'demo', account: 'carol', secret: 's3cret-3' }],
});

/** Changes the key source of the encrypted file, which does not exist. */
const createFileCommand = (name: string): TestedCommand => ({ ...createCommand('uses-no-store', name), exit: 1 });

export const allCommands: readonly TestedCommand[] = [
  createCommand('writes', 'keystow set', '--allow-empty demo alice </dev/null'),
  createCommand('reads', 'keystow get', 'demo alice'),
  createCommand('removes', 'keystow delete', 'demo alice'),
  createCommand('lists', 'keystow list'),
  createCommand('reads', 'keystow migrate', '--to file'),
  createCommand('uses-no-store', 'keystow sweep'),
  createCommand('reads', 'keystow exec', 'demo alice --env TOKEN -- true'),
  // It finds no desktop with a clipboard.
  { ...createCommand('reads', 'keystow copy', 'demo alice'), exitIfFound: 127 },
  { ...createCommand('uses-no-store', 'keystow clear-clipboard', '0 </dev/null'), exit: 127 },
  createCommand('reads', 'keystow rename', 'demo alice demo bob'),
  createCommand('reads', 'keystow export', '--plain --output exported'),
  // Reads first whether the name has another secret.
  { name: 'keystow import', purpose: 'reads', line: () => withInput('keystow import json -', exported) },
  createCommand('reads', 'keystow token', 'api.example alice'),
  createCommand('uses-no-store', 'keystow setup'),
  { ...git('reads', 'get'), name: 'keystow helper', line: () => withInput('keystow helper git get', attributes) },
  ...['keystow', 'jsm', 'difyctl'].map(
    (program): TestedCommand => ({
      name: `${program} unlock`,
      purpose: 'unlocks',
      line: () => withInput(`${program} unlock`, 's3cret'),
    }),
  ),
  createFileCommand('keystow passphrase change'),
  createFileCommand('keystow passphrase remove'),
  createCommand('uses-no-store', 'keystow reset', '--yes'),
  createCommand('reports', 'keystow doctor', '--json'),
  { ...git('reads', 'get'), name: 'keystow git', line: () => withInput('keystow git get', attributes) },
  git('reads', 'get'),
  git('writes', 'store', '\nusername=alice\npassword=s3cret-2'),
  git('removes', 'erase', '\nusername=alice'),
  git('uses-no-store', 'capability'),
  docker('reads', 'get', 'localhost:5000'),
  docker('writes', 'store', '{"ServerURL":"localhost:5000","Username":"alice","Secret":"s3cret-2"}'),
  docker('removes', 'erase', 'localhost:5000'),
  docker('lists', 'list', ''),
  docker('uses-no-store', 'version', ''),
  {
    name: 'jsm login',
    purpose: 'writes',
    line: () => 'jsm login --no-browser',
    meanwhile: async (running) => visit(await addressIn(running)),
    extraMs: 5_000,
  },
  createCommand('removes', 'jsm logout'),
  createCommand('writes', 'jsm auth set-key', 'jsm_an-api-key-xxxxxxxxxxxxxxxx'),
  createCommand('reads', 'jsm auth status'),
  createCommand('reads', 'jsm auth token'),
  createFileCommand('jsm passphrase change'),
  createCommand('uses-no-store', 'jsm reset', '--yes'),
  createCommand('reports', 'jsm doctor', '--json'),
  {
    name: 'difyctl auth login',
    purpose: 'writes',
    line: ({ dify }) => `difyctl auth login --host ${dify.url}`,
    extraMs: 5_000,
  },
  createCommand('reads', 'difyctl auth status'),
  createCommand('reads', 'difyctl auth token'),
  createCommand('removes', 'difyctl auth logout'),
  createCommand('removes', 'difyctl auth prune'),
  createFileCommand('difyctl passphrase change'),
  createFileCommand('difyctl passphrase remove'),
  createCommand('uses-no-store', 'difyctl reset', '--yes'),
  createCommand('reports', 'difyctl doctor', '--json'),
];

/** Returns the variables that all commands need, besides those of the store. */
export function createCommandEnvironment({ oidc }: Servers): Record<string, string> {
  return { ...jsmAt(oidc), JSM_SEAL: 'home' };
}

/** Lists the commands of all programs. */
export function listCommandNames(): readonly string[] {
  return programs.flatMap((program) =>
    listSubcommandNames(getProgramName(program), program.commands({ profile: program.profile } as Cli)),
  );
}

function listSubcommandNames(prefix: string, commands: readonly Command[]): readonly string[] {
  return commands.flatMap(({ name, commands: below }) =>
    below.length === 0 ? [`${prefix} ${name}`] : listSubcommandNames(`${prefix} ${name}`, below),
  );
}
