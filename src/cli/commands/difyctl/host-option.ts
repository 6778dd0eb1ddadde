import type { PlacementIndex } from '../../../domain/placement/placement-index.ts';
import { parseDifyAccount } from '../../../domain/sign-in/dify-account.ts';
import { parseDifyHost } from '../../../domain/sign-in/dify-host.ts';
import type { ValueOption } from '../../command.ts';

/** `--host`, in the one spelling of it. */
export const hostOption = {
  value: 'HOST',
  describe: 'only the sign-ins at this host',
  parse: parseDifyHost,
  completes: hosts,
} as const satisfies ValueOption;

function hosts(placement: PlacementIndex): readonly string[] {
  return placement.flatMap((name) => parseDifyAccount(name, process.platform)?.host ?? []);
}
