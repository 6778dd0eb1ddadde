import { selectStore } from '../../../app/credentials/select-store.ts';
import { saveSession } from '../../../app/sign-in/save-session.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import { formatSubject } from '../../output/session-text.ts';
import { issuerOf, serverOf } from './server.ts';

export function loginCommand(cli: Cli): Command {
  return command({
    name: 'login',
    summary: 'Sign in with your browser',
    options: { 'no-browser': { describe: 'print the address instead of opening it' } },
    examples: [
      ['$0 login', 'sign in'],
      ['$0 login --no-browser', 'open the address yourself, on this machine'],
    ],
    async run({ 'no-browser': noBrowser }) {
      const context = cli.context();
      const { terminal, signal } = context;
      const issuer = issuerOf(cli);
      const server = await serverOf(cli, issuer);
      const selected = await selectStore(context);
      const tokens = await server.signIn({
        signal,
        async openUrl(url) {
          terminal.warn(`to sign in, open this address in a browser on this machine: ${url}`);
          if (!noBrowser)
            await cli.services
              .openBrowser(url)
              .catch(() => terminal.warn('no browser could be opened: open the address yourself'));
        },
      });
      const exclusively = cli.services.signInMutex(context);
      const stored = await exclusively(() =>
        saveSession(context, jsmCredential, { kind: 'sign-in', issuer, tokens }, selected),
      );
      await cli.print(formatSubject(tokens.subject) + formatStored('the sign-in', stored, context));
    },
  });
}
