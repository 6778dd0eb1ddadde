import type { Cli } from '../../src/cli/cli.ts';
import type { Command } from '../../src/cli/command.ts';
import { programName } from '../../src/cli/program.ts';
import { addressIn, jsmAt } from '../cli/jsm-login.ts';
import type { Running } from '../cli/sandbox.ts';
import { visit } from '../oauth/visitor.ts';
import { programs } from '../support/all-programs.ts';
import type { DifyHost } from '../support/dify-host.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';

/** Where the programs sign in. */
export interface Servers {
  readonly oidc: Pick<OidcProvider, 'issuer' | 'publicClient'>;
  readonly dify: Pick<DifyHost, 'url'>;
}

/** What a command is for, and so what is left to do where the store that it needs does not serve. */
export type Purpose =
  /** Gives what is kept: fails, naming the store. */
  | 'gives'
  /** Names what is kept: what is remembered stands in, with a warning. */
  | 'names'
  /** Keeps something: in the file, with a warning. */
  | 'keeps'
  /** Removes what is kept: fails, saying that it is still there. */
  | 'removes'
  /** Says what there is: that is what it says. */
  | 'reports'
  /** Asks no store. */
  | 'asks-none';

/** What a command exits with, with a store that does not serve. */
export const exitCodes: Readonly<Record<Purpose, number>> = {
  gives: 1,
  names: 0,
  keeps: 0,
  removes: 1,
  reports: 0,
  'asks-none': 0,
};

/** One line of shell for each command. What it needs is kept already: `kept` of house.ts. */
export interface EveryCommand {
  readonly name: string;
  readonly purpose: Purpose;
  readonly line: (servers: Servers) => string;
  /** What it exits with, where that is not what its purpose says. */
  readonly exit?: number;
  /** What is done while it runs. */
  readonly meanwhile?: (running: Running) => Promise<unknown>;
  /** What a person and a server take, beside what the program does: in milliseconds. */
  readonly othersMs?: number;
}

const just = (purpose: Purpose, name: string, rest = ''): EveryCommand => ({
  name,
  purpose,
  line: () => `${name} ${rest}`,
});

/** On stdin, and not through a pipe: the process that is begun is the program itself. */
const reading = (command: string, input: string) => `${command} <<'END'\n${input}\nEND`;

const place = 'protocol=https\nhost=example.com';

const git = (purpose: Purpose, operation: string, more = ''): EveryCommand => ({
  name: `git-credential-keystow ${operation}`,
  purpose,
  line: () => reading(`git-credential-keystow ${operation}`, `${place}${more}`),
});

const docker = (purpose: Purpose, action: string, input: string): EveryCommand => ({
  name: `docker-credential-keystow ${action}`,
  purpose,
  line: () => reading(`docker-credential-keystow ${action}`, input),
});

/** Seals the encrypted file, of which there is none. */
const noFile = (name: string): EveryCommand => ({ ...just('asks-none', name), exit: 1 });

export const everyCommand: readonly EveryCommand[] = [
  just('keeps', 'keystow set', 'demo alice </dev/null'),
  just('gives', 'keystow get', 'demo alice'),
  just('removes', 'keystow delete', 'demo alice'),
  just('names', 'keystow list'),
  just('gives', 'keystow migrate', '--to file'),
  just('gives', 'keystow exec', 'demo alice --env TOKEN -- true'),
  noFile('keystow passphrase change'),
  noFile('keystow passphrase remove'),
  just('reports', 'keystow doctor', '--json'),
  { ...git('gives', 'get'), name: 'keystow git', line: () => reading('keystow git get', place) },
  git('gives', 'get'),
  git('keeps', 'store', '\nusername=alice\npassword=s3cret-2'),
  git('removes', 'erase', '\nusername=alice'),
  git('asks-none', 'capability'),
  docker('gives', 'get', 'localhost:5000'),
  docker('keeps', 'store', '{"ServerURL":"localhost:5000","Username":"alice","Secret":"s3cret-2"}'),
  docker('removes', 'erase', 'localhost:5000'),
  docker('names', 'list', ''),
  docker('asks-none', 'version', ''),
  {
    name: 'jsm login',
    purpose: 'keeps',
    line: () => 'jsm login --no-browser',
    meanwhile: async (running) => visit(await addressIn(running)),
    othersMs: 5_000,
  },
  just('removes', 'jsm logout'),
  just('keeps', 'jsm auth set-key', 'jsm_an-api-key-xxxxxxxxxxxxxxxx'),
  just('gives', 'jsm auth status'),
  just('gives', 'jsm auth token'),
  noFile('jsm passphrase change'),
  just('reports', 'jsm doctor', '--json'),
  {
    name: 'difyctl auth login',
    purpose: 'keeps',
    line: ({ dify }) => `difyctl auth login --host ${dify.url}`,
    othersMs: 5_000,
  },
  just('gives', 'difyctl auth status'),
  just('gives', 'difyctl auth token'),
  just('removes', 'difyctl auth logout'),
  just('removes', 'difyctl auth prune'),
  noFile('difyctl passphrase change'),
  noFile('difyctl passphrase remove'),
  just('reports', 'difyctl doctor', '--json'),
];

/** What all of them have in their environment beside the store. */
export function environmentOf({ oidc }: Servers): Record<string, string> {
  return { ...jsmAt(oidc), JSM_SEAL: 'home' };
}

/** The names of all commands that the programs have. */
export function namesOfCommands(): readonly string[] {
  return programs.flatMap((program) =>
    namesBelow(programName(program), program.commands({ profile: program.profile } as Cli)),
  );
}

function namesBelow(above: string, commands: readonly Command[]): readonly string[] {
  return commands.flatMap(({ name, commands: below }) =>
    below.length === 0 ? [`${above} ${name}`] : namesBelow(`${above} ${name}`, below),
  );
}
