import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { hostOption } from './host-option.ts';
import { removeEntries } from './remove.ts';

export function logoutCommand(cli: Cli): Command {
  return command({
    name: 'logout',
    summary: 'Remove the sign-ins at a host from every store; without a host, at the one in use',
    options: { host: hostOption, 'all-hosts': { conflicts: 'host', describe: 'at every host' } },
    examples: [
      ['$0 auth logout', 'sign out at the host in use'],
      ['$0 auth logout --all-hosts', 'leave nothing behind'],
    ],
    async run({ host, 'all-hosts': allHosts }) {
      const context = cli.context();
      const entries = await listDifySignIns(context, host);
      const [inUse] = entries;
      const meant = allHosts ? entries : entries.filter((entry) => entry.host === inUse?.host);
      if (meant.length === 0) await cli.print('nobody is signed in\n');
      await removeEntries(cli, context, meant);
    },
  });
}
