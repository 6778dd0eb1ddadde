import { getCredential } from '../../app/get-credential.ts';
import { credentialName } from '../../domain/credential-name.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { notFound } from '../render.ts';
import { credentialOperands } from './operands.ts';

export function getCommand(cli: Cli): Command {
  return command<{ service: string; account: string }>({
    command: 'get <service> <account>',
    describe: 'Print a secret, byte for byte; a newline follows only on a terminal',
    builder: (yargs) =>
      credentialOperands(yargs)
        .example('TOKEN=$($0 get github.com alice)', 'into a variable')
        .example('$0 get demo key >key.der', 'into a file')
        .example('$0 get -- -service -account', 'names that begin with a dash'),
    async handler({ service, account }) {
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
