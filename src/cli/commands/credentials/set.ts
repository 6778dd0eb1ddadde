import type { Context } from '../../../app/context.ts';
import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { setCredential, type WriteResult } from '../../../app/credentials/set-credential.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { type CredentialName, formatName } from '../../../domain/credential-name.ts';
import { parseExpiry } from '../../../domain/placement/expiry.ts';
import type { Secret } from '../../../domain/secret.ts';
import { isObject, parseJson } from '../../../domain/text/encodings.ts';
import type { TokenRenewal } from '../../../domain/token-set.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { readSecret } from '../../input.ts';
import { formatSet } from '../../output/credential-text.ts';
import { credentialOperands, toNewName } from './credential.ts';
import { renewalOptions, toRenewal } from './renewal-options.ts';

export function setCommand(cli: Cli): Command {
  return defineCommand({
    name: 'set',
    summary: 'Store a secret, read from stdin or typed without echo',
    operands: credentialOperands,
    surplus: {
      reason: "the secret is typed or read from stdin, because other users and the shell's history see arguments",
      fix: 'printf %s "$SECRET" | $0 set SERVICE ACCOUNT',
    },
    options: {
      raw: { describe: 'store every byte of stdin, including a trailing newline' },
      'allow-empty': { describe: 'store an empty secret' },
      expires: {
        value: 'WHEN',
        describe:
          'record when the secret expires: a duration (90d, 12h), a date in UTC (2099-12-31) or a time (2099-12-31T12:00Z)',
      },
      token: {
        describe: 'store the response of a token endpoint (JSON, RFC 6749), so that the command token can renew it',
        conflicts: 'expires',
      },
      ...renewalOptions,
      json: { describe: 'print JSON with the store that it was stored in' },
    },
    examples: [
      ['printf %s "$TOKEN" | $0 set github.com alice', 'store the value of a variable'],
      ['$0 set github.com alice', 'type the secret'],
      ['printf %s "$TOKEN" | $0 set --expires 90d github.com alice', 'record that a token expires in 90 days'],
      ['$0 set --raw demo key <key.der', 'store a file byte for byte'],
      [
        '$0 set --token --issuer https://accounts.google.com --client-id ID api alice <response.json',
        'store tokens that renew themselves',
      ],
    ],
    async run({ service, account, raw, json, expires, token, 'allow-empty': allowEmpty, ...values }) {
      const { program } = cli.profile;
      const name = toNewName(service, account);
      const renewal = toRenewal(values);
      if (!token && renewal !== undefined) throw withoutTokenError();
      const context = cli.context();
      const expiry = expires === undefined ? {} : { expiresAt: parseExpiry(expires, context.clock()) };
      const secret = await readSecret({
        terminal: context.terminal,
        prompt: `Secret for ${formatName(name)}:`,
        signal: cli.signal,
        raw,
        allowLines: true,
        allowEmpty,
        hints: {
          lines: `read them from a file: ${program} set SERVICE ACCOUNT <FILE`,
          empty: 'to store an empty secret, add --allow-empty',
        },
      });
      const stored = token
        ? await saveResponse(context, name, secret, renewal)
        : await setCredential(context, name, secret, { allowEmpty, explains: 'all', ...expiry });
      if (json) await cli.printJson({ ...name, ...stored, ...expiry });
      else if (!context.settings.quiet) await cli.print([formatSet(name, { ...stored, ...expiry })]);
    },
  });
}

/** A field `client_secret` isn't part of a response, but the only way to pass one without a variable. */
async function saveResponse(
  context: Context,
  name: CredentialName,
  secret: Secret,
  renewal: TokenRenewal | undefined,
): Promise<WriteResult> {
  const response = parseJson(decodeSecret(secret) ?? '');
  const { client_secret: clientSecret, ...rest } = isObject(response) ? response : {};
  const { saveTokens } = await import('../../../app/tokens/renew-tokens.ts');
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    return saveTokens(context, name, rest, { renewal, explains: 'all' });
  }
  if (renewal !== undefined) {
    return saveTokens(context, name, rest, { renewal: { ...renewal, clientSecret }, explains: 'all' });
  }
  throw new CredentialError('invalid-input', 'client_secret needs --issuer or --token-endpoint', {
    hint: 'name the server that renews the token, or remove client_secret',
  });
}

function withoutTokenError(): CredentialError {
  return new CredentialError('invalid-input', '--issuer and --client-id need --token', {
    hint: 'add --token to store the response of a token endpoint',
  });
}
