import { getCredential } from '../../app/get-credential.ts';
import { isTerminal } from '../../composition/is-terminal.ts';
import { credentialName } from '../../domain/credential-name.ts';
import type { Cli } from '../cli.ts';
import { notFound } from '../not-found.ts';
import type { QuickCommand } from '../quick-command.ts';

/** Prints a secret, byte for byte; a newline follows only on a terminal. */
export async function printSecret(cli: Cli, service: string, account: string): Promise<void> {
  const name = credentialName(service, account);
  const context = cli.context();
  const secret = await getCredential(context, name);
  if (secret === undefined) throw notFound(name, cli.profile.program);
  await cli.print(secret.expose());
  if (isTerminal(1)) await cli.print('\n');
}

export const quickGet: QuickCommand = { words: ['get'], operands: 2, run: printSecret };
