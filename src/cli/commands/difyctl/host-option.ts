import { difyAccountOf } from '../../../domain/dify-account.ts';
import { difyHost } from '../../../domain/dify-host.ts';
import type { Placement } from '../../../domain/placement.ts';
import type { ValueOption } from '../../command.ts';

/** `--host`, in the one spelling of it. */
export const hostOption = {
  value: 'HOST',
  describe: 'only the sign-ins at this host',
  parse: difyHost,
  completes: hosts,
} as const satisfies ValueOption;

function hosts(placement: Placement): readonly string[] {
  return placement.flatMap((name) => difyAccountOf(name, process.platform)?.host ?? []);
}
