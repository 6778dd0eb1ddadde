import { difyEntries } from '../../../app/dify-entries.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { hostOption } from './host-option.ts';
import { removeEntries } from './remove.ts';

export function logoutCommand(cli: Cli): Command {
  return command<{ host: string | undefined; 'all-hosts': boolean | undefined }>({
    command: 'logout',
    describe: 'Remove the sign-ins at a host from every store; without a host, at the one in use',
    builder: (yargs) =>
      hostOption(yargs)
        .option('all-hosts', { type: 'boolean', conflicts: 'host', describe: 'at every host' })
        .example('$0 auth logout', 'sign out at the host in use')
        .example('$0 auth logout --all-hosts', 'leave nothing behind'),
    async handler({ host, 'all-hosts': allHosts }) {
      const context = cli.context();
      const entries = await difyEntries(context, host);
      const [inUse] = entries;
      const meant = allHosts ? entries : entries.filter((entry) => entry.host === inUse?.host);
      if (meant.length === 0) await cli.print('nobody is signed in\n');
      await removeEntries(cli, context, meant);
    },
  });
}
