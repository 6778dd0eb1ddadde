import { signOut } from '../../../app/sign-in/change-session.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { formatRemovals, formatRevocation } from '../../output/session-text.ts';
import { exitIfStillStored } from '../credentials/credential.ts';
import { openServer } from './shared.ts';

export function logoutCommand(cli: Cli): Command {
  return defineCommand({
    name: 'logout',
    summary: 'Revoke the sign-in at the server and remove it from every store',
    examples: [['$0 logout', 'sign out, and see the result for each store']],
    async run() {
      const context = cli.context();
      const withLock = context.renewal.lockOf(jsmCredential);
      const { server, removals } = await withLock(() =>
        signOut(context, jsmCredential, (issuer) => openServer(cli, issuer)),
      );
      await cli.print([formatRevocation(server), ...formatRemovals(jsmCredential, removals, context)]);
      if (typeof server !== 'string') cli.exitWith(exitCodes.error);
      exitIfStillStored(cli, removals);
    },
  });
}
