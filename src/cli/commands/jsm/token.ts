import { accessToken } from '../../../app/access-token.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { notSignedIn } from './not-signed-in.ts';
import { serverOf } from './server.ts';

export function tokenCommand(cli: Cli): Command {
  return command({
    name: 'token',
    summary: 'Print an access token that is valid, or the API key',
    examples: [['curl -H "Authorization: Bearer $($0 auth token)" …', 'use it']],
    async run() {
      const context = cli.context();
      const exclusively = await cli.services.exclusion(context);
      const token = await accessToken(context, jsmCredential, {
        exclusively,
        server: (issuer) => serverOf(cli, issuer),
      });
      if (token === undefined) throw notSignedIn();
      await cli.print(process.stdout.isTTY ? `${token}\n` : token);
    },
  });
}
