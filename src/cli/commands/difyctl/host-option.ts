import { difyHost } from '../../../domain/dify-host.ts';
import type { ValueOption } from '../../command.ts';

/** `--host`, in the one spelling of it. */
export const hostOption = {
  value: 'HOST',
  describe: 'only the sign-ins at this host',
  parse: difyHost,
} as const satisfies ValueOption;
