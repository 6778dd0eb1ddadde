import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatDifyAccount, nothingToRemoveText } from '../../output/session-text.ts';
import { removeSignIns } from './shared.ts';

export function pruneCommand(cli: Cli): Command {
  return defineCommand({
    name: 'prune',
    summary: 'Remove all sign-ins except the latest',
    options: { 'dry-run': { describe: 'only print what would be removed' } },
    examples: [
      ['$0 auth prune --dry-run', 'list the older sign-ins'],
      ['$0 auth prune', 'remove them'],
    ],
    async run({ 'dry-run': dryRun }) {
      const context = cli.context();
      const [, ...older] = await listDifySignIns(context);
      if (older.length === 0) await cli.print([nothingToRemoveText]);
      else if (dryRun) await cli.print(older.map(formatDifyAccount));
      else await removeSignIns(cli, context, older);
    },
  });
}
