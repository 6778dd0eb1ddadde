import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { readSecret } from '../../input.ts';

export function unlockCommand(cli: Cli): Command {
  return defineCommand({
    name: 'unlock',
    summary: 'Unlock GNOME Keyring without a desktop, as over SSH, with the password of its login keyring',
    examples: [['$0 unlock', 'type the password; a first one creates the keyring']],
    async run() {
      const { terminal, settings } = cli.context();
      const password = await readSecret({
        terminal,
        prompt: 'Password of GNOME Keyring:',
        signal: cli.signal,
        purpose: 'unlocked',
      });
      await cli.services.unlockGnomeKeyring(cli.environment, password, cli.signal);
      if (!settings.quiet) await cli.print(['GNOME Keyring is unlocked']);
    },
  });
}
