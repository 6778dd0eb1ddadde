import type { Argv } from 'yargs';
import { operand } from '../operands.ts';

/** The two operands that name one credential. */
export function credentialOperands(yargs: Argv): Argv<{ service: string; account: string }> {
  return yargs
    .positional('service', {
      type: 'string',
      demandOption: true,
      describe: 'what the credential is for',
      coerce: operand,
    })
    .positional('account', { type: 'string', demandOption: true, describe: 'whose it is', coerce: operand });
}
