import type { TokenSet } from '../../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../../ports/sign-in/authorization-server.ts';
import { callLibrary, createConnector, type OAuthClient, toTokenSet } from './client.ts';
import { type AuthorizationServerOptions, type OAuthCall, withDefaults } from './settings.ts';
import { signIn } from './sign-in.ts';
import { isTokenTypeUnsupported, isTokenUnknown, signInEndedError, toError } from './to-error.ts';

/** Implements the port with openid-client, which the OpenID Foundation has certified. */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const settings = withDefaults(options);
  const { issuer, limitMs, clientSecret, clock } = settings;
  const connect = createConnector(settings);

  function begin(purpose: OAuthCall['purpose'], signal: AbortSignal | undefined, tokens?: TokenSet): OAuthCall {
    const known = [tokens?.accessToken, tokens?.refreshToken].filter((token) => token !== undefined);
    return { issuer, purpose, limitMs, signal, secrets: [clientSecret, ...known] };
  }

  return {
    async signIn(request) {
      const call = begin('sign-in', request.signal);
      return signIn(await connect(call), settings, request, call);
    },

    async refresh(tokens, { signal } = {}) {
      const { refreshToken } = tokens;
      if (refreshToken === undefined) throw signInEndedError('there is no refresh token');
      const call = begin('refresh', signal, tokens);
      const { openid, config } = await connect(call);
      const requestedAt = clock();
      const response = await callLibrary(call, () => openid.refreshTokenGrant(config, refreshToken));
      return toTokenSet(response, requestedAt, tokens, call);
    },

    async revoke(tokens, { signal } = {}) {
      const call = begin('revocation', signal, tokens);
      return revoke(await connect(call), tokens, call);
    },
  };
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
