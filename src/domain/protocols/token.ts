import { CredentialError } from '../credential-error.ts';
import { type CredentialName, formatName, toCredentialName } from '../credential-name.ts';
import { errorsOnStderr, type Protocol, reply, replyError, requireLine } from './protocol.ts';

/**
 * A token on stdout, for clients that run a command: pnpm's `tokenHelper`, Claude Code's `apiKeyHelper`, Codex's
 * `auth.command`. The arguments are a service and an account. A token set is renewed, and an expired token is never printed.
 */
export const token: Protocol<CredentialName> = {
  name: 'token',
  maxRequestBytes: 0,
  framing: () => 'none',
  parse({ args }) {
    const [service = '', account, ...rest] = args;
    if (account === undefined || rest.length > 0) {
      throw new CredentialError('invalid-input', 'the arguments are not a service and an account', {
        hint: 'keystow helper token SERVICE ACCOUNT',
      });
    }
    const name = toCredentialName(service, account);
    return { kind: 'get', from: { names: [name] }, request: name };
  },
  outcomes: {
    found: (credential) => reply(`${requireLine(credential)}\n`),
    notFound: (name) => replyError(new CredentialError('not-found', `credential not found: ${formatName(name)}`)),
    expired: (name, error) =>
      replyError(error ?? new CredentialError('not-found', `${formatName(name)} has expired`, { hint: renew })),
    stored: () => reply(),
    erased: () => reply(),
    ...errorsOnStderr,
  },
};

const renew = 'store a new token: keystow set SERVICE ACCOUNT';
