import { selectStore } from '../../../app/credentials/select-store.ts';
import { saveSession } from '../../../app/sign-in/save-session.ts';
import { toDifyName } from '../../../domain/sign-in/dify-account.ts';
import { defaultDifyHost } from '../../../profiles/difyctl.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import { formatSubject } from '../../output/session-text.ts';
import { deviceLabel } from './device-label.ts';
import { hostOption } from './host-option.ts';

export function loginCommand(cli: Cli): Command {
  return command({
    name: 'login',
    summary: 'Sign in at a host, by a code that you type there',
    options: { host: { ...hostOption, default: defaultDifyHost, describe: 'where to sign in' } },
    examples: [
      ['$0 auth login', `sign in at ${defaultDifyHost}`],
      ['$0 auth login --host dify.example.com', 'sign in elsewhere'],
    ],
    async run({ host }) {
      const context = cli.context();
      const { terminal, signal } = context;
      const selected = await selectStore(context);
      const device = await cli.services.deviceSignIn();
      const tokens = await device.signIn(host, {
        signal,
        deviceLabel: deviceLabel(),
        show: ({ verificationUri, userCode }) =>
          terminal.warn(`to sign in, open ${verificationUri} and type ${userCode}`),
      });
      // A host that does not say who signed in has one entry.
      const subject = tokens.subject?.id ?? 'default';
      const exclusively = cli.services.signInMutex(context);
      const name = toDifyName({ host, subject }, context.host.platform);
      const stored = await exclusively(() =>
        saveSession(context, name, { kind: 'sign-in', issuer: host, tokens }, selected),
      );
      await cli.print(formatSubject(tokens.subject) + formatStored(`the sign-in at ${host}`, stored, context));
    },
  });
}
