import { CredentialError } from '../../../domain/credential-error.ts';
import { isLoopback } from '../../../domain/sign-in/ip-address.ts';
import type { TokenRenewal } from '../../../domain/token-set.ts';
import type { ValueOption } from '../../command.ts';

/** The options that say at which server a token is renewed, and as which client. */
export const renewalOptions = {
  issuer: {
    value: 'URL',
    describe: 'renew the token at this OpenID provider, such as https://accounts.google.com',
    parse: parseIssuer,
  },
  'token-endpoint': {
    value: 'URL',
    describe: 'renew the token at this URL, if the server has no metadata',
    parse: parseUrl,
  },
  'client-id': { value: 'ID', describe: 'the client that the token was issued to' },
  'client-secret-variable': {
    value: 'NAME',
    describe: 'the environment variable with the client secret, if the client has one',
  },
  scope: { value: 'SCOPES', describe: 'request only these scopes, separated by blanks' },
} as const satisfies Record<string, ValueOption>;

/** Returns `undefined` if no option is given. A combination without meaning → `invalid-input`. */
export function toRenewal(
  values: {
    readonly [Name in keyof typeof renewalOptions]: string | undefined;
  },
): TokenRenewal | undefined {
  const { issuer, scope, 'token-endpoint': tokenEndpoint, 'client-id': clientId } = values;
  const clientSecretVariable = values['client-secret-variable'];
  if (Object.keys(renewalOptions).every((name) => values[name as keyof typeof renewalOptions] === undefined)) {
    return undefined;
  }
  if ((issuer === undefined) === (tokenEndpoint === undefined)) {
    throw new CredentialError('invalid-input', 'either --issuer or --token-endpoint is required', {
      hint: 'name the OpenID provider with --issuer; only a server without metadata needs --token-endpoint',
    });
  }
  if (!clientId) {
    throw new CredentialError('invalid-input', 'missing option: --client-id', {
      hint: 'pass the ID of the client that the token was issued to',
    });
  }
  return {
    ...(issuer !== undefined && { issuer }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    clientId,
    ...(clientSecretVariable !== undefined && { clientSecretVariable }),
    ...(scope !== undefined && { scope }),
  };
}

/** OpenID Connect Discovery 1.0 §2. */
function parseIssuer(typed: string): string {
  const url = parseUrl(typed);
  if (new URL(url).search === '') return url;
  throw invalidUrlError('an issuer has no query', 'pass the issuer as the server names it, or --token-endpoint');
}

function parseUrl(typed: string): string {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined) throw invalidUrlError('it is not a URL', useHttps);
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || !isLoopback(url.hostname))) {
    throw invalidUrlError('it would receive tokens unencrypted', useHttps);
  }
  if (url.username === '' && url.password === '' && url.hash === '') return typed;
  throw invalidUrlError(
    'a user name, password or fragment is not allowed',
    'pass the client with --client-id and --client-secret-variable',
  );
}

const useHttps = 'use https://; http:// is only for a server on this machine';

function invalidUrlError(reason: string, hint: string): CredentialError {
  return new CredentialError('invalid-input', `invalid URL of a server: ${reason}`, { hint });
}
