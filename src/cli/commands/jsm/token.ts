import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { printToken } from './print-token.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print an access token that is valid, or the API key',
    examples: [['curl -H "Authorization: Bearer $($0 auth token)" …', 'use it']],
    run: () => printToken(cli),
  });
}
