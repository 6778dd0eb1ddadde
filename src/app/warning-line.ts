import { advise } from '../domain/advice/advise.ts';
import type { PassedOver } from '../domain/selection.ts';
import type { Surroundings } from '../domain/surroundings.ts';

/** What is said on stderr of a store that is there and does not serve. One line. */
export function warningLine(about: PassedOver, where: Surroundings): string {
  const { explanation } = advise(about, where);
  return `OS keyring not used: ${explanation}; using the encrypted file (${where.program} doctor tells how to mend it)`;
}
