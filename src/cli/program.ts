import type { Profile } from '../domain/profile.ts';
import type { Cli } from './cli.ts';
import type { Command, Example } from './command.ts';

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
