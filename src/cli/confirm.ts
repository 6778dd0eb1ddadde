import type { Context } from '../app/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { Cli } from './cli.ts';

/** Returns if the user agrees. Otherwise throws: `cancelled`, or `invalid-input` if nobody can be asked. */
export async function confirm(cli: Cli, { settings, signal }: Context, question: string): Promise<void> {
  const answer = settings.interactive
    ? await cli.services.ask(`${question} Type yes to continue: `, signal)
    : undefined;
  if (answer === undefined) {
    throw new CredentialError('invalid-input', 'a confirmation is required', {
      hint: 'add --yes, or run it on a terminal',
    });
  }
  if (!/^y(es)?$/i.test(answer.trim())) throw new CredentialError('cancelled', 'cancelled; nothing was changed');
}
