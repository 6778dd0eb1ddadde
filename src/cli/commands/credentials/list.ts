import { listCredentials } from '../../../app/credentials/list-credentials.ts';
import { isTerminal } from '../../../composition/environment.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatAligned, formatListed, formatNothingListed } from '../../output/credential-text.ts';
import { completeServices } from './credential.ts';

export function listCommand(cli: Cli): Command {
  return defineCommand({
    name: 'list',
    aliases: ['ls'],
    summary: 'List credentials, one per line: service, tab, account; on a terminal, in columns',
    operands: { service: { optional: true, completes: completeServices, describe: 'list only this service' } },
    options: { json: { describe: 'print JSON with the store of each credential' } },
    examples: [
      ['$0 list', 'list all credentials'],
      ['$0 list github.com | cut -f2', 'list the accounts of one service'],
    ],
    async run({ service, json }) {
      const context = cli.context();
      const listed = await listCredentials(context, service);
      if (json) return cli.printJson(listed);
      await cli.print(isTerminal(1) ? formatAligned(listed) : listed.map(formatListed));
      if (listed.length === 0) context.terminal.notice(formatNothingListed(service, cli.profile.program));
    },
  });
}
