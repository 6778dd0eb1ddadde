import { selectStore } from '../../../app/credentials/select-store.ts';
import type { WriteResult } from '../../../app/credentials/set-credential.ts';
import { saveNewSession } from '../../../app/sign-in/change-session.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import { formatSubject, formatUrlPrompt, noBrowserText } from '../../output/session-text.ts';
import { chooseIssuer, openServer } from './shared.ts';

export function loginCommand(cli: Cli): Command {
  return defineCommand({
    name: 'login',
    summary: 'Sign in with your browser',
    options: { 'no-browser': { describe: 'print the URL instead of opening it' } },
    examples: [
      ['$0 login', 'sign in'],
      ['$0 login --no-browser', 'open the URL yourself, on this machine'],
    ],
    async run({ 'no-browser': noBrowser }) {
      const context = cli.context();
      const { terminal, signal } = context;
      const issuer = chooseIssuer(cli);
      const server = await openServer(cli, issuer);
      // Selects the store first, so that nobody signs in for nothing.
      const selected = await selectStore(context);
      const withLock = cli.services.signInMutex(context);
      let stored: WriteResult | undefined;
      const tokens = await server.signIn({
        signal,
        uninterrupted: cli.uninterrupted,
        async openUrl(url) {
          terminal.warn(formatUrlPrompt(url));
          if (!noBrowser) await cli.services.openBrowser(url).catch(() => terminal.warn(noBrowserText));
        },
        async save(tokens) {
          const session = { kind: 'sign-in', issuer, tokens } as const;
          stored = await withLock(() => saveNewSession(context, jsmCredential, session, selected));
        },
      });
      if (stored === undefined) throw new Error('the sign-in was not saved');
      await cli.print([formatSubject(tokens.subject), formatStored('the sign-in', stored, context)]);
    },
  });
}
