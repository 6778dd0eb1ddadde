import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { Operand } from '../command.ts';

/** The two operands that name one credential. */
export const credentialOperands = {
  service: { describe: 'what the credential is for', completes: services },
  account: { describe: 'whose it is', completes: accounts },
} as const satisfies Record<string, Operand>;

/** Those that something is remembered of. */
export function services(placement: PlacementIndex): readonly string[] {
  return placement.map(({ service }) => service);
}

function accounts(placement: PlacementIndex, [service]: readonly string[]): readonly string[] {
  return placement.filter((placed) => placed.service === service).map(({ account }) => account);
}
