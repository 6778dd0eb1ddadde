import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { hostOption } from './host-option.ts';
import { printToken } from './print-token.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print the bearer token of the sign-in in use',
    options: { host: hostOption },
    examples: [['TOKEN=$($0 auth token)', 'into a variable']],
    run: ({ host }) => printToken(cli, host),
  });
}
