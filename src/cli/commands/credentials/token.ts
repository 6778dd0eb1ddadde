import type { RequestTokens, TokenOptions } from '../../../app/tokens/get-tokens.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { formatName, toCredentialName } from '../../../domain/credential-name.ts';
import { parseJson } from '../../../domain/text/encodings.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { type DirectCommand, tokenForm } from '../../fast-path.ts';
import { credentialOperands } from './credential.ts';
import { renewalOptions, toRenewal } from './renewal-options.ts';

export function tokenCommand(cli: Cli): Command {
  return defineCommand({
    name: 'token',
    summary: 'Print an access token that is valid, and renew it first if it has expired',
    operands: credentialOperands,
    options: {
      'refresh-command': {
        value: 'CMD',
        describe:
          'renew the token with this shell command: it reads the old tokens as JSON, and prints the response of the server; exit code 4: sign in again',
        completes: 'command',
      },
      ...renewalOptions,
      force: { describe: 'renew the token even if it has not expired' },
      rejected: {
        describe: 'renew the token if it is still the one on stdin, which the server has rejected',
        conflicts: 'force',
      },
    },
    examples: [
      ['curl -H "Authorization: Bearer $($0 token api.acme.example alice)" https://api.acme.example', 'call an API'],
      ['$0 token api.acme.example alice --refresh-command acme-refresh', 'renew the token with a program of your own'],
      ['printf %s "$TOKEN" | $0 token api.acme.example alice --rejected', 'replace a token that was revoked early'],
    ],
    async run({ service, account, force, rejected, 'refresh-command': command, ...values }) {
      const renewal = toRenewal(values);
      if (command !== undefined && renewal !== undefined) {
        throw new CredentialError('invalid-input', "--refresh-command and a server can't be combined", {
          hint: 'the command contacts the server itself',
        });
      }
      await printToken(cli, service, account, {
        force,
        renewal,
        ...(rejected && { rejected: await readRejected(cli) }),
        ...(command !== undefined && { refresh: refreshWith(cli, command), limitMs: commandLimitMs }),
      });
    },
  });
}

export const directToken: DirectCommand = {
  ...tokenForm,
  run: (cli, service = '', account = '') => printToken(cli, service, account, {}),
};

async function printToken(cli: Cli, service: string, account: string, options: TokenOptions): Promise<void> {
  const name = toCredentialName(service, account);
  const { getTokens } = await import('../../../app/tokens/get-tokens.ts');
  const tokens = await getTokens(cli.context(), name, options);
  if (tokens === undefined) {
    throw new CredentialError('not-signed-in', `no token is stored for ${formatName(name)}`, {
      hint: `store the response of a token endpoint: ${cli.profile.program} set --token SERVICE ACCOUNT <FILE`,
    });
  }
  await cli.printBytes(Buffer.from(isTerminal(1) ? `${tokens.accessToken}\n` : tokens.accessToken));
}

async function readRejected(cli: Cli): Promise<string> {
  const { terminal } = cli.context();
  const { readSecret } = await import('../../input.ts');
  const secret = await readSecret({ terminal, prompt: 'The rejected token:', signal: cli.signal });
  return new TextDecoder().decode(secret.expose()).trim();
}

/** As long as a program may take that starts another one and contacts a server. */
const commandLimitMs = 60_000;

/** Renews tokens with a command of the user's. */
function refreshWith(cli: Cli, command: string): RequestTokens {
  return async (tokens: TokenSet, { signal }) => {
    const { toTokenResponse } = await import('../../../domain/token-response.ts');
    const runFilter = await cli.services.filterRunner();
    const input = `${JSON.stringify(toTokenResponse(tokens))}\n`;
    const without = tokens.renewal?.clientSecretVariable;
    const { code, stdout } = await runFilter({
      command,
      input,
      signal,
      without: without === undefined ? [] : [without],
    });
    const response = parseJson(stdout);
    if (code === exitCodes.done) return response;
    // A command that prints the server's error needs no exit code of its own.
    const { error } = (response ?? {}) as { readonly error?: unknown };
    if (typeof error === 'string') return response;
    const reason = `the refresh command ended with exit code ${code}`;
    throw code === exitCodes.notSignedIn
      ? new CredentialError('refresh-rejected', reason, { hint: 'sign in again' })
      : new CredentialError('refresh-failed', reason, { hint: 'run the command by itself to see what it prints' });
  };
}
