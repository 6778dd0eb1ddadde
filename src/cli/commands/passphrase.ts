import { changePassphrase, type Resealed } from '../../app/change-passphrase.ts';
import { describeProtection } from '../../app/doctor/storage-report.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { Cli } from '../cli.ts';
import { type Command, command, group } from '../command.ts';
import { exitCodes } from '../exit.ts';
import { escapeControls, jsonLine } from '../output/text.ts';

const json = { describe: 'say as JSON how it is sealed' };

/** What there is to do about the passphrase of the encrypted file. */
export function passphraseCommands(cli: Cli): Command {
  const { keySource, variables } = cli.profile;
  const change = command({
    name: 'change',
    summary: 'Seal the encrypted file by a new passphrase',
    options: { json },
    examples: [
      ['$0 passphrase change', 'type the old one, and the new one twice'],
      [
        `${variables.allowEnvPassphrase}=1 ${variables.passphrase}="$OLD" ${variables.newPassphrase}="$NEW" $0 passphrase change`,
        'without a terminal',
      ],
    ],
    run: ({ json }) => changeKeySource(cli, 'passphrase', json),
  });
  const remove = command({
    name: 'remove',
    summary: 'Seal the encrypted file by the home directory instead: no passphrase is asked for any more',
    options: { json },
    examples: [['$0 passphrase remove', 'for programs that run while nobody is there']],
    run: ({ json }) => changeKeySource(cli, 'home', json),
  });
  // Where a passphrase is what an application promises, it is not taken away.
  return group(
    'passphrase',
    'The passphrase of the encrypted file',
    keySource === 'home' ? [change, remove] : [change],
  );
}

async function changeKeySource(cli: Cli, seal: KeySource, json: boolean): Promise<void> {
  const context = cli.context();
  const { settings, terminal, profile } = context;
  const path = escapeControls(settings.credentialsPath);
  const resealed = await changePassphrase(context, seal);
  if (resealed === undefined) {
    terminal.warn(`there is no encrypted file at ${path}`);
    return cli.exitWith(exitCodes.error);
  }
  if (json) await cli.print(jsonLine({ path: settings.credentialsPath, ...resealed }));
  else if (!settings.quiet) await cli.print(`${path} is ${how(resealed)}\n`);
  if (seal === 'passphrase' && settings.envPassphrase) {
    terminal.notice(`set ${profile.variables.passphrase} to the new passphrase, wherever it is set`);
  }
}

function how({ before, seal }: Resealed): string {
  if (seal === 'home') return describeProtection(seal);
  return before === 'home' ? 'sealed by your passphrase now' : 'sealed by the new passphrase';
}
