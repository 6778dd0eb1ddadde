import type { Cli } from '../src/cli/cli.ts';
import type { Command } from '../src/cli/command.ts';
import { listCommands, type Program } from '../src/cli/program.ts';

/** The commands of a program that do something and that people type, each by its whole name, such as `auth token`. */
export function listRunnableCommands(program: Program): readonly Command[] {
  return below(listCommands(program, { profile: program.profile } as Cli), []);
}

function below(commands: readonly Command[], above: readonly string[]): readonly Command[] {
  return commands
    .filter(({ hidden }) => !hidden)
    .flatMap((command) => {
      const name = [...above, command.name];
      return command.commands.length > 0 ? below(command.commands, name) : [{ ...command, name: name.join(' ') }];
    });
}
