import type { IDToken } from 'openid-client';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { TokenRenewal, TokenSet } from '../../../domain/token-set.ts';
import type { OperationOptions } from '../../../ports/credential-store.ts';
import type { AuthorizationServer, RefreshedTokens } from '../../../ports/sign-in/sign-in.ts';
import type { Clock } from '../../../ports/system.ts';
import { throwIfAborted } from '../../files/abort.ts';
import { formatBasicCredentials } from '../redact.ts';
import {
  type AuthorizationServerOptions,
  createConnector,
  type OAuthClient,
  toSpendingCall,
  withDefaults,
} from './client.ts';
import { signIn } from './sign-in.ts';
import {
  isTokenTypeUnsupported,
  isTokenUnknown,
  type OAuthCall,
  protocolViolation,
  signInEndedError,
  toError,
} from './to-error.ts';
import { findProblem, toTokenSet } from './token-response.ts';

/** Implements the port with openid-client, which the OpenID Foundation has certified. */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const settings = withDefaults(options);
  const { issuer, limitMs, clientId, clientSecret, clientHint, clock } = settings;
  const clientSecrets = clientSecret === '' ? [] : [clientSecret, formatBasicCredentials(clientId, clientSecret)];
  const connect = createConnector(settings);

  function begin(purpose: OAuthCall['purpose'], signal: AbortSignal | undefined, tokens?: TokenSet): OAuthCall {
    const known = [tokens?.accessToken, tokens?.refreshToken].filter((token) => token !== undefined);
    return { issuer, purpose, limitMs, signal, clientHint, secrets: [...clientSecrets, ...known] };
  }

  return {
    async signIn(request) {
      const call = begin('sign-in', request.signal);
      return signIn(connect, settings, request, call);
    },

    async refresh(tokens, { signal, scope } = {}) {
      const { refreshToken } = tokens;
      if (refreshToken === undefined) throw signInEndedError('there is no refresh token');
      const call = begin('refresh', signal, tokens);
      await connect(call);
      throwIfAborted(signal && { signal });
      const spending = toSpendingCall(call, settings);
      const parameters = { refreshToken, ...(scope !== undefined && { scope }) };
      return refresh(await connect(spending), tokens, parameters, clock(), spending);
    },

    async revoke(tokens, { signal } = {}) {
      const call = begin('revocation', signal, tokens);
      return revoke(await connect(call), tokens, call);
    },
  };
}

/**
 * RFC 6749 §6. The tokens are those that the server has sent, even if the library rejects the response: it may be the ID
 * token that's wrong, which a refresh doesn't need.
 */
async function refresh(
  { openid, config }: OAuthClient,
  tokens: TokenSet,
  { refreshToken, ...parameters }: { readonly refreshToken: string; readonly scope?: string },
  requestedAt: string,
  call: OAuthCall,
): Promise<RefreshedTokens> {
  let claims: IDToken | undefined;
  let problem: CredentialError | undefined;
  try {
    claims = (await openid.refreshTokenGrant(config, refreshToken, parameters)).claims();
  } catch (thrown) {
    problem = toError(thrown, call);
  }
  const { received: fields, extra } = call;
  if (fields === undefined) throw problem ?? protocolViolation(call, 'no tokens');
  if (fields.access_token !== undefined) problem = findProblem({ fields, claims }, tokens, call);
  if (fields.access_token !== undefined && problem === undefined) {
    return { tokens: toTokenSet({ fields, extra, claims, requestedAt }, tokens, fields.access_token) };
  }
  const { refresh_token } = fields;
  if (refresh_token === undefined) throw problem;
  return { tokens: { ...tokens, refreshToken: refresh_token }, ...(problem && { problem }) };
}

/** RFC 7009 §2. Starts with the refresh token, because most servers then revoke all tokens of the sign-in. */
async function revoke(client: OAuthClient, tokens: TokenSet, call: OAuthCall): Promise<'revoked' | 'unsupported'> {
  if (client.metadata.revocation_endpoint === undefined) return 'unsupported';
  const { accessToken, refreshToken } = tokens;
  const revoked = [
    ...(refreshToken === undefined ? [] : [await revokeToken(client, refreshToken, 'refresh_token', call)]),
    await revokeToken(client, accessToken, 'access_token', call),
  ];
  return revoked.includes(true) ? 'revoked' : 'unsupported';
}

/** Returns `false` if the server doesn't revoke tokens of this type (RFC 7009 §2.2.1). */
async function revokeToken(
  { openid, config }: OAuthClient,
  token: string,
  type: 'refresh_token' | 'access_token',
  call: OAuthCall,
): Promise<boolean> {
  try {
    await openid.tokenRevocation(config, token, { token_type_hint: type });
  } catch (thrown) {
    if (isTokenTypeUnsupported(thrown)) return false;
    // RFC 7009 §2.2 prescribes status 200 for a token that is unknown, but Google responds with this error.
    if (!isTokenUnknown(thrown)) throw toError(thrown, call);
  }
  return true;
}

interface RefreshOptions extends OperationOptions {
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
