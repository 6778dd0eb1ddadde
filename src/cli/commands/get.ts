import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { credentialOperands } from './operands.ts';
import { printSecret } from './print-secret.ts';

export function getCommand(cli: Cli): Command {
  return command({
    name: 'get',
    summary: 'Print a secret, byte for byte; a newline follows only on a terminal',
    operands: credentialOperands,
    examples: [
      ['TOKEN=$($0 get github.com alice)', 'into a variable'],
      ['$0 get demo key >key.der', 'into a file'],
      ['$0 get -- -service -account', 'names that begin with a dash'],
    ],
    run: ({ service, account }) => printSecret(cli, service, account),
  });
}
