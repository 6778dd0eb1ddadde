import { listCredentials } from '../../../app/credentials/list-credentials.ts';
import { findOutputWidth, isTerminal } from '../../../composition/environment.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import {
  formatAligned,
  formatAlignedLong,
  formatListed,
  formatListedLong,
  formatNothingListed,
} from '../../output/list-text.ts';
import { createPaint } from '../../output/print.ts';
import { completeServices } from './credential.ts';

export function listCommand(cli: Cli): Command {
  return defineCommand({
    name: 'list',
    aliases: ['ls'],
    summary: 'List credentials, one per line: service, tab, account; on a terminal, in columns',
    operands: { service: { optional: true, completes: completeServices, describe: 'list only this service' } },
    options: {
      long: { describe: 'also show the store, the time when it was stored, and the expiry' },
      json: { describe: 'print JSON with the store, the time when it was stored, and the expiry of each credential' },
    },
    examples: [
      ['$0 list', 'list all credentials'],
      ['$0 list --long', 'show where each is stored, since when, and when it expires'],
      ['$0 list github.com | cut -f2', 'list the accounts of one service'],
    ],
    async run({ service, long, json, color }) {
      const context = cli.context();
      const listed = await listCredentials(context, service);
      if (json) return cli.printJson(listed);
      const terminal = isTerminal(1);
      if (long && terminal) {
        const options = { now: context.clock(), width: findOutputWidth() };
        await cli.print(formatAlignedLong(listed, options), createPaint(color, cli.environment, terminal));
      } else if (terminal) await cli.print(formatAligned(listed));
      else await cli.print(listed.map(long ? formatListedLong : formatListed));
      if (listed.length === 0) context.terminal.notice(formatNothingListed(service, cli.profile.program));
    },
  });
}
