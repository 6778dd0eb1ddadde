import { getCredential } from '../../app/get-credential.ts';
import { credentialName } from '../../domain/credential-name.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { notFound } from '../render.ts';
import { credentialOperands } from './operands.ts';

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
    async run({ service, account }) {
      const name = credentialName(service, account);
      const context = cli.context();
      const secret = await getCredential(context, name);
      if (secret === undefined) {
        context.terminal.warn(notFound(name));
        return cli.exitWith(exitCodes.error);
      }
      await cli.print(secret.expose());
      if (process.stdout.isTTY) await cli.print('\n');
    },
  });
}
