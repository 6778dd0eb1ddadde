import { hostname, userInfo } from 'node:os';
import { selectStore } from '../../../app/credentials/select-store.ts';
import type { WriteResult } from '../../../app/credentials/set-credential.ts';
import { saveNewSession } from '../../../app/sign-in/change-session.ts';
import { toDifyName } from '../../../domain/sign-in/dify.ts';
import { defaultDifyHost } from '../../../profiles/difyctl.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import { formatCodePrompt, formatSubject } from '../../output/session-text.ts';
import { hostOption } from './shared.ts';

/** The subject if the host doesn't report one. */
const defaultSubject = 'default';

export function loginCommand(cli: Cli): Command {
  return defineCommand({
    name: 'login',
    summary: 'Sign in at a host with a code',
    options: { host: { ...hostOption, default: defaultDifyHost, describe: 'the host to sign in at' } },
    examples: [
      ['$0 auth login', `sign in at ${defaultDifyHost}`],
      ['$0 auth login --host dify.example.com', 'sign in at another host'],
    ],
    async run({ host }) {
      const context = cli.context();
      const { terminal, signal } = context;
      // Selects the store first, so that nobody signs in for nothing.
      const selected = await selectStore(context);
      const server = await cli.services.deviceSignIn();
      let stored: WriteResult | undefined;
      const tokens = await server.signIn(host, {
        signal,
        uninterrupted: cli.uninterrupted,
        deviceLabel: `difyctl on ${hostname() || userInfo().username}`,
        show: (prompt) => terminal.warn(formatCodePrompt(prompt)),
        async save(tokens) {
          const subject = tokens.subject?.id ?? defaultSubject;
          const name = toDifyName({ host, subject }, context.host.platform);
          const session = { kind: 'sign-in', issuer: host, tokens } as const;
          stored = await context.renewal.lockOf(name)(() => saveNewSession(context, name, session, selected));
        },
      });
      if (stored === undefined) throw new Error('the sign-in was not saved');
      await cli.print([formatSubject(tokens.subject), formatStored(`the sign-in at ${host}`, stored, context)]);
    },
  });
}
