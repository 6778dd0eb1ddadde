import { getAccessToken } from '../../../app/sign-in/session.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { tokenForm } from '../../plain-forms.ts';
import type { QuickCommand } from '../../quick-command.ts';
import { notSignedIn } from './not-signed-in.ts';
import { serverOf } from './server.ts';

/** Prints an access token that is valid, renewed if need be, or the API key. */
export async function printToken(cli: Cli): Promise<void> {
  const context = cli.context();
  const token = await getAccessToken(context, jsmCredential, {
    withLock: cli.services.signInMutex(context),
    server: (issuer) => serverOf(cli, issuer),
  });
  if (token === undefined) throw notSignedIn();
  await cli.print(isTerminal(1) ? `${token}\n` : token);
}

export const quickToken: QuickCommand = { ...tokenForm, run: printToken };
