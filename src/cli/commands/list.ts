import { listCredentials } from '../../app/list-credentials.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { operand } from '../operands.ts';
import { jsonLine, listLine } from '../render.ts';

export function listCommand(cli: Cli): Command {
  return command<{ service: string | undefined; json: boolean }>({
    command: 'list [service]',
    describe: 'Print the names of credentials, one a line: service, tab, account',
    builder: (yargs) =>
      yargs
        .positional('service', {
          type: 'string',
          describe: 'only those of this service',
          coerce: (text?: string) => text && operand(text),
        })
        .option('json', { type: 'boolean', default: false, describe: 'print JSON, with the store of each' })
        .example('$0 list', 'all of them')
        .example('$0 list github.com | cut -f2', 'the accounts of one service'),
    async handler({ service, json }) {
      const listed = await listCredentials(cli.context(), service);
      await cli.print(json ? jsonLine(listed) : listed.map(listLine).join(''));
    },
  });
}
