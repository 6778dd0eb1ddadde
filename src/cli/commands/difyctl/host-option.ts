import type { Argv } from 'yargs';
import { difyHost } from '../../../domain/dify-host.ts';

/** `--host`, in the one spelling of it. */
export function hostOption<Args>(yargs: Argv<Args>): Argv<Args & { host: string | undefined }> {
  return yargs.option('host', {
    type: 'string',
    requiresArg: true,
    describe: 'only the sign-ins at this host',
    coerce: (typed?: string) => (typed === undefined ? undefined : difyHost(typed)),
  });
}
