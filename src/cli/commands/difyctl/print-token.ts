import { readDifySession } from '../../../app/sign-in/dify-sign-ins.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { isExpired } from '../../../domain/sign-in/session.ts';
import type { Cli } from '../../cli.ts';
import { tokenForm } from '../../plain-forms.ts';
import type { QuickCommand } from '../../quick-command.ts';
import { notSignedIn } from './not-signed-in.ts';

/** Prints the bearer token of the sign-in in use, of all or at one host. */
export async function printToken(cli: Cli, host?: string): Promise<void> {
  const context = cli.context();
  const session = await readDifySession(context, host);
  if (session?.kind !== 'sign-in') throw notSignedIn(host);
  const { tokens, issuer } = session;
  if (isExpired(tokens, Date.parse(context.clock()), 0)) throw notSignedIn(issuer, 'the sign-in has expired');
  await cli.print(isTerminal(1) ? `${tokens.accessToken}\n` : tokens.accessToken);
}

export const quickToken: QuickCommand = { ...tokenForm, run: printToken };
