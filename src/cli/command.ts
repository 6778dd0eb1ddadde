import type { Argv, CommandModule } from 'yargs';

/** A command, ready to be added to a program. */
export type Command = (yargs: Argv) => Argv;

/** Keeps a command's own argument types where it is defined, and hides them where it is added. */
export function command<Args>(module: CommandModule<object, Args>): Command {
  return (yargs) => yargs.command(module);
}
