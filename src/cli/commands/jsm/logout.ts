import { signOut } from '../../../app/sign-in/sign-out.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { formatRemovals, formatRevocation } from '../../output/session-text.ts';
import { serverOf } from './server.ts';

export function logoutCommand(cli: Cli): Command {
  return command({
    name: 'logout',
    summary: 'Revoke the sign-in at the server and remove it from every store',
    examples: [['$0 logout', 'sign out, and see what became of it in each store']],
    async run() {
      const context = cli.context();
      const exclusively = cli.services.signInMutex(context);
      const { server, removals } = await exclusively(() =>
        signOut(context, jsmCredential, (issuer) => serverOf(cli, issuer)),
      );
      await cli.print(formatRevocation(server) + formatRemovals(jsmCredential, removals, context));
      const left = removals.some((removal) => removal.outcome === 'unreachable' && removal.known);
      if (left || typeof server !== 'string') cli.exitWith(exitCodes.error);
    },
  });
}
