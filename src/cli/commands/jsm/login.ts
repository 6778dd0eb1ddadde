import { selectStore } from '../../../app/credentials/select-store.ts';
import type { WriteResult } from '../../../app/credentials/set-credential.ts';
import { saveNewSession } from '../../../app/sign-in/change-session.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Terminal } from '../../../ports/interaction.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import {
  formatRemotePrompt,
  formatSubject,
  formatUnknownSubject,
  formatUrlPrompt,
  noBrowserText,
  pastePrompt,
} from '../../output/session-text.ts';
import { chooseIssuer, openServer } from './shared.ts';

export function loginCommand(cli: Cli): Command {
  return defineCommand({
    name: 'login',
    summary: 'Sign in with your browser',
    options: { 'no-browser': { describe: 'print the URL instead of opening it' } },
    examples: [
      ['$0 login', 'sign in'],
      ['$0 login --no-browser', 'open the URL yourself'],
    ],
    async run({ 'no-browser': noBrowser }) {
      const context = cli.context();
      const { terminal, signal } = context;
      const issuer = chooseIssuer(cli);
      const server = await openServer(cli, issuer);
      // Selects the store first, so that nobody signs in for nothing.
      const selected = await selectStore(context);
      const withLock = context.renewal.lockOf(jsmCredential);
      const isRemote = Boolean(cli.environment.SSH_CONNECTION || cli.environment.SSH_TTY);
      // Over SSH, only a program such as VS Code, which sets BROWSER, opens the browser of the right machine.
      const shouldOpen = !noBrowser && (!isRemote || Boolean(cli.environment.BROWSER));
      let isOpened = false;
      let stored: WriteResult | undefined;
      const tokens = await server.signIn({
        signal,
        uninterrupted: cli.uninterrupted,
        async openUrl(url, redirectUri) {
          if (!isRemote) terminal.warn(formatUrlPrompt(url));
          else {
            const { line, hint } = formatRemotePrompt(url, redirectUri);
            terminal.warn(line, hint);
          }
          isOpened = shouldOpen && (await openInBrowser(cli, url));
          if (shouldOpen && !isOpened) terminal.warn(noBrowserText);
        },
        async askRedirect(problem, signal) {
          if (problem !== undefined) terminal.warn(problem);
          return isOpened && !isRemote ? undefined : askPasted(terminal, signal);
        },
        reportUnknownSubject: ({ message }) => terminal.warn(formatUnknownSubject(message)),
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

async function openInBrowser(cli: Cli, url: string): Promise<boolean> {
  try {
    await cli.services.openBrowser(url);
    return true;
  } catch {
    return false;
  }
}

/** Returns what the user pastes, or `undefined` if nobody can be asked. */
async function askPasted(terminal: Terminal, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    try {
      // A line break in a paste is from a terminal that breaks long lines.
      const pasted = await terminal.askHidden(pastePrompt, { allowLines: true, signal });
      return new TextDecoder().decode(pasted.expose());
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      if (error.code === 'passphrase-required') return undefined;
      if (error.code !== 'invalid-input') throw error;
      terminal.warn(error.message, error.hint);
    }
  }
}
