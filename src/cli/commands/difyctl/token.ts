import { difyEntries } from '../../../app/dify-entries.ts';
import { readSession } from '../../../app/session.ts';
import { isExpired } from '../../../domain/session.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { hostOption } from './host-option.ts';
import { notSignedIn } from './not-signed-in.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print the bearer token of the sign-in in use',
    options: { host: hostOption },
    examples: [['curl -H "Authorization: Bearer $($0 auth token)" …', 'use it']],
    async run({ host }) {
      const context = cli.context();
      const [entry] = await difyEntries(context, host);
      const session = entry && (await readSession(context, entry));
      if (session?.kind !== 'sign-in') throw notSignedIn(host);
      const { grant, issuer } = session;
      if (isExpired(grant, Date.parse(context.clock()), 0)) throw notSignedIn(issuer, 'the sign-in has expired');
      await cli.print(process.stdout.isTTY ? `${grant.accessToken}\n` : grant.accessToken);
    },
  });
}
