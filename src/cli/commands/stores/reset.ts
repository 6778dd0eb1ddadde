import type { Context } from '../../../app/context.ts';
import { planReset, type ResetPlan, resetEncryptedFile } from '../../../app/encrypted-file.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
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
      if (!yes) await confirmReset(cli, context, plan);
      const backup = await resetEncryptedFile(context);
      if (json) await cli.printJson({ path: plan.path, backup, lost: plan.lost, kept: plan.kept });
      else if (!settings.quiet)
        await cli.print([backup === undefined ? 'records removed' : `moved ${plan.path} to ${backup}`]);
      if (backup !== undefined) terminal.notice(`to bring it back: ${formatRestoreCommand(context, backup)}`);
    },
  });
}

/** Returns if the user agrees. Otherwise throws: `cancelled`, or `invalid-input` if nobody can be asked. */
async function confirmReset(cli: Cli, { terminal, settings, signal }: Context, plan: ResetPlan): Promise<void> {
  for (const line of formatResetPlan(plan)) terminal.warn(line);
  const answer = settings.interactive
    ? await cli.services.ask('Reset the encrypted file? Type yes to continue: ', signal)
    : undefined;
  if (answer === undefined) {
    throw new CredentialError('invalid-input', 'a confirmation is required', {
      hint: 'add --yes, or run it on a terminal',
    });
  }
  if (!/^y(es)?$/i.test(answer.trim())) throw new CredentialError('cancelled', 'cancelled; nothing was changed');
}
