import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { printToken } from './print-token.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print an access token that is valid, or the API key',
    examples: [['TOKEN=$($0 auth token)', 'into a variable']],
    run: () => printToken(cli),
  });
}
