import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { escapeControls } from '../../output/text.ts';
import { removeEntries } from './remove.ts';

export function pruneCommand(cli: Cli): Command {
  return command({
    name: 'prune',
    summary: 'Remove every sign-in but the one in use',
    options: { 'dry-run': { describe: 'only say what would be removed' } },
    examples: [
      ['$0 auth prune --dry-run', 'what is left of hosts that you used before'],
      ['$0 auth prune', 'remove that'],
    ],
    async run({ 'dry-run': dryRun }) {
      const context = cli.context();
      const [, ...older] = await listDifySignIns(context);
      if (older.length === 0) await cli.print('nothing to remove\n');
      else if (dryRun)
        await cli.print(older.map(({ subject, host }) => `${escapeControls(subject)} at ${host}\n`).join(''));
      else await removeEntries(cli, context, older);
    },
  });
}
