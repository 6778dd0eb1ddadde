import { advise } from '../domain/advice/advise.ts';
import type { HostInfo } from '../domain/host-info.ts';
import type { SkippedStore } from '../domain/selection/selection.ts';

/** What is said on stderr of a store that is there and does not serve. One line. */
export function warningLine(about: SkippedStore, where: HostInfo): string {
  const { explanation } = advise(about, where);
  return `OS keyring not used: ${explanation}; using the encrypted file (${where.program} doctor tells how to mend it)`;
}
