import { listCredentials } from '../../app/credentials/list-credentials.ts';
import type { Cli } from '../cli.ts';
import { type Command, defineCommand } from '../command.ts';
import { formatListed } from '../output/credential-text.ts';
import { completeServices } from './credential.ts';

export function listCommand(cli: Cli): Command {
  return defineCommand({
    name: 'list',
    aliases: ['ls'],
    summary: 'List credentials, one per line: service, tab, account',
    operands: { service: { optional: true, completes: completeServices, describe: 'list only this service' } },
    options: { json: { describe: 'print JSON with the store of each credential' } },
    examples: [
      ['$0 list', 'list all credentials'],
      ['$0 list github.com | cut -f2', 'list the accounts of one service'],
    ],
    async run({ service, json }) {
      const listed = await listCredentials(cli.context(), service);
      await (json ? cli.printJson(listed) : cli.print(listed.map(formatListed)));
    },
  });
}
