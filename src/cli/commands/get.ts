import { isTerminal } from '../../composition/environment.ts';
import type { Cli } from '../cli.ts';
import { type Command, defineCommand } from '../command.ts';
import { type DirectCommand, getForm } from '../fast-path.ts';
import { credentialOperands, requireSecret } from './credential.ts';

export function getCommand(cli: Cli): Command {
  return defineCommand({
    name: 'get',
    summary: 'Print a secret byte for byte; on a terminal, a newline is added',
    operands: credentialOperands,
    examples: [
      ['TOKEN=$($0 get github.com alice)', 'read a secret into a variable'],
      ['$0 get demo key >key.der', 'write a secret to a file'],
      ['$0 get -- -service -account', 'use names that begin with a dash'],
    ],
    run: ({ service, account }) => printSecret(cli, service, account),
  });
}

async function printSecret(cli: Cli, service: string, account: string): Promise<void> {
  const { secret } = await requireSecret(cli, service, account);
  await cli.printBytes(secret.expose());
  if (isTerminal(1)) await cli.print(['']);
}

export const directGet: DirectCommand = { ...getForm, run: printSecret };
