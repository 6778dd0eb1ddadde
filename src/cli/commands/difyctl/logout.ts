import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { notSignedInText } from '../../output/session-text.ts';
import { hostOption, removeSignIns } from './shared.ts';

export function logoutCommand(cli: Cli): Command {
  return defineCommand({
    name: 'logout',
    summary: 'Remove the sign-ins at a host (default: that of the latest sign-in) from every store',
    options: { host: hostOption, 'all-hosts': { conflicts: 'host', describe: 'the sign-ins at all hosts' } },
    examples: [
      ['$0 auth logout', 'sign out at the host of the latest sign-in'],
      ['$0 auth logout --all-hosts', 'remove all sign-ins'],
    ],
    async run({ host, 'all-hosts': allHosts }) {
      const context = cli.context();
      const signIns = await listDifySignIns(context, host);
      const [inUse] = signIns;
      const selected = allHosts ? signIns : signIns.filter((signIn) => signIn.host === inUse?.host);
      if (selected.length === 0) await cli.print([notSignedInText]);
      await removeSignIns(cli, context, selected);
    },
  });
}
