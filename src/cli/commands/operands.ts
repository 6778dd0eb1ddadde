import type { Operand } from '../command.ts';

/** The two operands that name one credential. */
export const credentialOperands = {
  service: { describe: 'what the credential is for' },
  account: { describe: 'whose it is' },
} as const satisfies Record<string, Operand>;
