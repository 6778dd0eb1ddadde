import { CredentialError } from '../../../domain/credential-error.ts';
import type { TokenRenewal, TokenSet } from '../../../domain/token-set.ts';
import type { OperationOptions } from '../../../ports/credential-store.ts';
import type { RefreshedTokens } from '../../../ports/sign-in/sign-in.ts';
import type { Clock } from '../../../ports/system.ts';
import { createAuthorizationServer } from './authorization-server.ts';

export interface RefreshOptions extends OperationOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Renews tokens as their `renewal` says, with the errors of {@link AuthorizationServer.refresh}. */
export async function refreshTokens(
  tokens: TokenSet,
  { environment, clock, ...options }: RefreshOptions,
): Promise<RefreshedTokens> {
  const { renewal } = tokens;
  if (renewal === undefined) throw new Error('nothing says how to renew the tokens');
  const { issuer, tokenEndpoint, clientId, scope } = renewal;
  const clientSecret = findClientSecret(renewal, environment);
  const server = createAuthorizationServer({
    // A server without metadata has no other name.
    issuer: issuer ?? removeQuery(tokenEndpoint ?? ''),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    clock,
  });
  return server.refresh(tokens, { ...options, ...(scope !== undefined && { scope }) });
}

/** RFC 6749 §3.2: a token endpoint can have a query, and no fragment. */
function removeQuery(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.search = '';
  return parsed.href;
}

function findClientSecret(
  { clientSecret, clientSecretVariable: variable }: TokenRenewal,
  environment: RefreshOptions['environment'],
): string | undefined {
  if (variable === undefined) return clientSecret;
  const value = environment[variable];
  if (value) return value;
  throw new CredentialError('invalid-setting', `the client secret is missing: ${variable} is not set`, {
    hint: `set ${variable}, or store the token again with the client secret in it`,
  });
}
