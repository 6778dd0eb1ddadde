import { getAccessToken } from '../../../app/sign-in/session.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { authTokenForm, type DirectCommand } from '../../fast-path.ts';
import { notSignedInError, openServer } from './shared.ts';

export function tokenCommand(cli: Cli): Command {
  return defineCommand({
    name: 'token',
    summary: 'Print a valid access token, or the API key',
    examples: [['TOKEN=$($0 auth token)', 'read the token into a variable']],
    run: () => printToken(cli),
  });
}

export const directToken: DirectCommand = { ...authTokenForm, run: printToken };

async function printToken(cli: Cli): Promise<void> {
  const context = cli.context();
  const token = await getAccessToken(context, jsmCredential, (issuer) => openServer(cli, issuer));
  if (token === undefined) throw notSignedInError();
  await cli.printBytes(Buffer.from(isTerminal(1) ? `${token}\n` : token));
}
