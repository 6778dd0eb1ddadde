import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { hostOption } from './host-option.ts';
import { printToken } from './print-token.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print the bearer token of the sign-in in use',
    options: { host: hostOption },
    examples: [['curl -H "Authorization: Bearer $($0 auth token)" …', 'use it']],
    run: ({ host }) => printToken(cli, host),
  });
}
