import type { Cli } from './cli.ts';
import type { Command } from './command.ts';
import { completeCommand } from './commands/complete.ts';
import { completionCommand } from './commands/completion.ts';
import type { Program } from './program.ts';

/** A program's own commands, and those that every program has which people type. */
export function allCommands(program: Program, cli: Cli): readonly Command[] {
  if (program.helper !== undefined) return program.commands(cli);
  const own = [...program.commands(cli), completionCommand(cli)];
  return [...own, completeCommand(cli, own)];
}
