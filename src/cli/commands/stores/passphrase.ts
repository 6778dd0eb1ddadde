import { changePassphrase } from '../../../app/encrypted-file.ts';
import type { KeySource } from '../../../domain/profile.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand, defineGroup } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { formatResealed } from '../../output/credential-text.ts';

const surplus = {
  reason: "the passphrase is typed on the terminal, because other users and the shell's history see arguments",
  fix: '$0 passphrase change',
};
const json = { describe: 'print JSON with the key source before and after' };

export function passphraseCommands(cli: Cli): Command {
  const { keySource, variables } = cli.profile;
  const change = defineCommand({
    name: 'change',
    summary: 'Seal the encrypted file with a new passphrase',
    options: { json },
    surplus,
    examples: [
      ['$0 passphrase change', 'type the old passphrase, then the new one twice'],
      [
        `${variables.allowEnvPassphrase}=1 ${variables.passphrase}="$OLD" ${variables.newPassphrase}="$NEW" $0 passphrase change`,
        'change the passphrase without a terminal',
      ],
    ],
    run: ({ json }) => changeKeySource(cli, 'passphrase', json),
  });
  const remove = defineCommand({
    name: 'remove',
    summary: 'Seal the encrypted file with the home directory instead: no more prompts for a passphrase',
    options: { json },
    examples: [['$0 passphrase remove', 'let programs read the file without a passphrase']],
    run: ({ json }) => changeKeySource(cli, 'home', json),
  });
  // If an application's default is a passphrase, its users rely on it, so it can't be removed.
  const commands = keySource === 'home' ? [change, remove] : [change];
  return defineGroup('passphrase', 'Manage the passphrase of the encrypted file', commands);
}

async function changeKeySource(cli: Cli, keySource: KeySource, json: boolean): Promise<void> {
  const context = cli.context();
  const { settings, terminal, profile } = context;
  const resealed = await changePassphrase(context, keySource);
  if (resealed === undefined) {
    terminal.warn(`the encrypted file does not exist: ${settings.credentialsPath}`);
    return cli.exitWith(exitCodes.error);
  }
  if (json) await cli.printJson({ path: settings.credentialsPath, ...resealed });
  else if (!settings.quiet) await cli.print([formatResealed(settings.credentialsPath, resealed)]);
  if (keySource === 'passphrase' && settings.envPassphrase) {
    terminal.notice(`set ${profile.variables.passphrase} to the new passphrase wherever you set it`);
  }
}
