import { selectStore } from '../../../app/select-store.ts';
import { keepSession } from '../../../app/session.ts';
import { difyName } from '../../../domain/dify-account.ts';
import { difyHost } from '../../../domain/dify-host.ts';
import { defaultDifyHost } from '../../../profiles/difyctl.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { storedLine, whoLine } from '../../render.ts';
import { deviceLabel } from './device-label.ts';

export function loginCommand(cli: Cli): Command {
  return command<{ host: string }>({
    command: 'login',
    describe: 'Sign in at a host, by a code that you type there',
    builder: (yargs) =>
      yargs
        .option('host', {
          type: 'string',
          requiresArg: true,
          default: defaultDifyHost,
          describe: 'where to sign in',
        })
        .example('$0 auth login', `sign in at ${defaultDifyHost}`)
        .example('$0 auth login --host dify.example.com', 'sign in elsewhere'),
    async handler({ host: typed }) {
      const host = difyHost(typed);
      const context = cli.context();
      const { terminal, signal } = context;
      const selected = await selectStore(context);
      const device = await cli.services.deviceSignIn();
      const grant = await device.signIn(host, {
        signal,
        deviceLabel: deviceLabel(),
        show: ({ verificationUri, userCode }) =>
          terminal.warn(`to sign in, open ${verificationUri} and type ${userCode}`),
      });
      // A host that does not say who signed in has one entry.
      const subject = grant.subject?.id ?? 'default';
      const exclusively = await cli.services.exclusion(context);
      const name = difyName({ host, subject }, context.where.platform);
      const stored = await exclusively(() =>
        keepSession(context, name, { kind: 'sign-in', issuer: host, grant }, selected),
      );
      await cli.print(whoLine(grant.subject) + storedLine(`the sign-in at ${host}`, stored, context));
    },
  });
}
