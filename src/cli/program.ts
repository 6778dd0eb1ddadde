import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageFolder } from '../composition/environment.ts';
import type { Profile } from '../domain/profile.ts';
import type { Cli } from './cli.ts';
import type { Command, Example } from './command.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';

/** One of the programs, as data. */
export interface Program {
  readonly profile: Profile;
  /** The name of its own under which another program runs it, so that nobody types it. */
  readonly helper?: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Shown by `--help` of the program itself. */
  readonly examples: readonly Example[];
  /** Environment variables of its own, each with what it sets. */
  readonly variables?: readonly (readonly [name: string, what: string])[];
  commands(cli: Cli): readonly Command[];
}

/** As it is typed. */
export function programName({ profile, helper }: Pick<Program, 'profile' | 'helper'>): string {
  return helper ?? profile.program;
}

/** A program's own commands, and those that every program has which people type. */
export function listCommands(program: Program, cli: Cli): readonly Command[] {
  if (program.helper !== undefined) return program.commands(cli);
  const own = [...program.commands(cli), completionCommand(cli)];
  return [...own, completeCommand(cli, own)];
}

/** The environment variables of a program, each with what it sets. */
export function describeVariables({ profile, variables }: Program): readonly (readonly [name: string, what: string])[] {
  const { allowEnvPassphrase, configDir, disableKeyring, newPassphrase, passphrase, quiet, keySource, storage } =
    profile.variables;
  return [
    [storage, 'auto (the best store there is, as where it is not set), keychain (an OS keyring or nothing) or file'],
    [disableKeyring, '1: no OS keyring is so much as asked'],
    [keySource, `how a new encrypted file is sealed: home or passphrase; ${profile.keySource} where it is not set`],
    [allowEnvPassphrase, `1: the passphrase may come from ${passphrase}`],
    [passphrase, `the passphrase of the encrypted file; nothing without ${allowEnvPassphrase}`],
    [newPassphrase, `the one that passphrase change puts in its place; nothing without ${allowEnvPassphrase}`],
    [configDir, 'the folder of the encrypted file, instead of the one below'],
    [quiet, '1: no notices and no receipts'],
    ...(variables ?? []),
  ];
}

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(findPackageFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
