import { listCredentials } from '../../app/credentials/list-credentials.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { listLine } from '../output/credential-text.ts';
import { jsonLine } from '../output/text.ts';
import { completeServices } from './credential.ts';

export function listCommand(cli: Cli): Command {
  return command({
    name: 'list',
    summary: 'Print the names of credentials, one a line: service, tab, account',
    operands: { service: { optional: true, completes: completeServices, describe: 'only those of this service' } },
    options: { json: { describe: 'print JSON, with the store of each' } },
    examples: [
      ['$0 list', 'all of them'],
      ['$0 list github.com | cut -f2', 'the accounts of one service'],
    ],
    async run({ service, json }) {
      const listed = await listCredentials(cli.context(), service);
      await cli.print(json ? jsonLine(listed) : listed.map(listLine).join(''));
    },
  });
}
