import { type Command, command } from '../command.ts';

/** The commands below `auth`. */
export function authCommand(commands: readonly Command[]): Command {
  return command<object>({
    command: 'auth <command>',
    describe: 'Sign-ins and keys',
    builder: (yargs) => commands.reduce((parent, add) => add(parent), yargs).demandCommand(1, 'a command is missing'),
    handler: () => {},
  });
}
