import { readDifySession } from '../../../app/sign-in/dify-sign-ins.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { isExpired } from '../../../domain/token-set.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { authTokenForm, type DirectCommand } from '../../fast-path.ts';
import { hostOption, notSignedInError, signInExpiredError } from './shared.ts';

export function tokenCommand(cli: Cli): Command {
  return defineCommand({
    name: 'token',
    summary: 'Print the bearer token of the latest sign-in',
    options: { host: hostOption },
    examples: [['TOKEN=$($0 auth token)', 'read the token into a variable']],
    run: ({ host }) => printToken(cli, host),
  });
}

export const directToken: DirectCommand = { ...authTokenForm, run: printToken };

async function printToken(cli: Cli, host?: string): Promise<void> {
  const context = cli.context();
  const session = await readDifySession(context, host);
  if (session?.kind !== 'sign-in') throw notSignedInError(host);
  const { tokens, issuer } = session;
  if (isExpired(tokens, Date.parse(context.clock()), 0)) throw signInExpiredError(issuer);
  await cli.printBytes(Buffer.from(isTerminal(1) ? `${tokens.accessToken}\n` : tokens.accessToken));
}
