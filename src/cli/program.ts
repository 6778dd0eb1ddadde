import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageFolder } from '../composition/environment.ts';
import type { Profile } from '../domain/profile.ts';
import type { Cli } from './cli.ts';
import { type Command, defineGroup, type Example, type ValueOption } from './command.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';

/** One of the programs that the package installs, as data. */
export interface Program {
  readonly profile: Profile;
  /** For a credential helper, which other programs run: the name of its executable. Default: the profile's program. */
  readonly helper?: string;
  /** One sentence. */
  readonly summary: string;
  /** For the help of the program itself. */
  readonly examples: readonly Example[];
  /** Options that the program takes before its command, in addition to those of every program. */
  readonly options?: Readonly<Record<string, ValueOption>>;
  /** The program's own environment variables, in addition to those of the profile. */
  readonly variables?: readonly VariableHelp[];
  /** For a protocol that wants one line on stdout if the command line is invalid. */
  readonly usage?: string;
  /** The arguments of a program without commands, for the help. */
  readonly synopsis?: string;
  /** For a protocol that prescribes the text of `--version`, and has `-v` for it. Default: the version. */
  formatVersion?(version: string): string;
  commands(cli: Cli): readonly Command[];
}

export type VariableHelp = readonly [variable: string, effect: string];

/** What the programs that sign in do with the variables of proxies. */
export const proxyVariables: readonly VariableHelp[] = [
  ['HTTPS_PROXY', 'the proxy for https servers: http://USER:PASSWORD@HOST:PORT; lower case works too'],
  ['HTTP_PROXY', 'the proxy for http servers'],
  ['ALL_PROXY', 'the proxy for both'],
  ['NO_PROXY', 'hosts, domains and networks to contact without a proxy, separated by commas; * for all'],
  ['NODE_EXTRA_CA_CERTS', 'a file with the certificates of further authorities, in PEM'],
];

/** The name of the executable. */
export function getProgramName({ profile, helper }: Pick<Program, 'profile' | 'helper'>): string {
  return helper ?? profile.program;
}

/** The program's own commands, and `completion` and `help` unless it's a helper. */
export function listCommands(program: Program, cli: Cli): readonly Command[] {
  if (program.helper !== undefined) return program.commands(cli);
  const own = [...program.commands(cli), completionCommand(cli, getProgramName(program))];
  const all = [...own, { ...defineGroup('help', 'Show the help of a command', own), hidden: true }];
  return [...all, completeCommand(cli, all, program.options)];
}

/** All environment variables of a program, for its man page. */
export function describeVariables({ profile, variables }: Program): readonly VariableHelp[] {
  const {
    allowEnvPassphrase,
    configDir,
    disableKeyring,
    keySource,
    newPassphrase,
    passphrase,
    quiet,
    storage,
    usePass,
  } = profile.variables;
  return [
    [
      storage,
      'auto (the best available store, the default), keychain (require an OS keyring) or file (the encrypted file)',
    ],
    [disableKeyring, '1: never contact an OS keyring'],
    [usePass, '1: also consider the password store of pass(1), after the OS keyring; ignored on Windows'],
    [keySource, `what seals a new encrypted file: home or passphrase; the default is ${profile.keySource}`],
    [allowEnvPassphrase, `1: allow the passphrase to come from ${passphrase}`],
    [passphrase, `the passphrase of the encrypted file; ignored unless ${allowEnvPassphrase}=1`],
    [newPassphrase, `the new passphrase for passphrase change; ignored unless ${allowEnvPassphrase}=1`],
    [configDir, 'the folder of the files below, instead of the default'],
    [quiet, '1: print no notices and no confirmations'],
    ...(variables ?? []),
  ];
}

/** The version in package.json. */
export function readPackageVersion(): string {
  const text = readFileSync(join(findPackageFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
