import { planReset, resetEncryptedFile } from '../../../app/encrypted-file.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { confirm } from '../../input.ts';
import { formatResetPlan, formatRestoreCommand } from '../../output/credential-text.ts';

export function resetCommand(cli: Cli): Command {
  return defineCommand({
    name: 'reset',
    summary: 'Start over with an empty encrypted file, if the passphrase is forgotten or the file is damaged',
    options: {
      yes: { describe: 'do not ask' },
      json: { describe: 'print JSON with the backup and the names of the lost credentials' },
    },
    examples: [
      ['$0 reset', 'show what will be lost, ask, and keep the old file as a backup'],
      ['$0 reset --yes', 'do so without asking, in a script'],
    ],
    async run({ yes, json }) {
      const context = cli.context();
      const { settings, terminal } = context;
      const plan = await planReset(context);
      if (plan === undefined) {
        if (json) await cli.printJson({ path: settings.credentialsPath, lost: [] });
        return terminal.warn(`nothing to reset: the encrypted file does not exist: ${settings.credentialsPath}`);
      }
      if (!yes) {
        for (const line of formatResetPlan(plan)) terminal.warn(line);
        await confirm(cli, context, 'Reset the encrypted file?');
      }
      const backup = await resetEncryptedFile(context);
      if (json) await cli.printJson({ path: plan.path, backup, lost: plan.lost, kept: plan.kept });
      else if (!settings.quiet)
        await cli.print([backup === undefined ? 'records removed' : `moved ${plan.path} to ${backup}`]);
      if (backup !== undefined) terminal.notice(`to bring it back: ${formatRestoreCommand(context, backup)}`);
    },
  });
}
