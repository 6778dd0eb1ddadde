import { isTerminal } from '../../composition/environment.ts';
import type { Cli } from '../cli.ts';
import { requireSecret } from '../kept-secret.ts';
import { getForm } from '../plain-forms.ts';
import type { QuickCommand } from '../quick-command.ts';

/** Prints a secret, byte for byte; a newline follows only on a terminal. */
export async function printSecret(cli: Cli, service: string, account: string): Promise<void> {
  const { secret } = await requireSecret(cli, service, account);
  await cli.print(secret.expose());
  if (isTerminal(1)) await cli.print('\n');
}

export const quickGet: QuickCommand = { ...getForm, run: printSecret };
