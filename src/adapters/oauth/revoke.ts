import type { TokenSet } from '../../domain/sign-in/session.ts';
import type { Call } from './call.ts';
import type { Client } from './client.ts';
import { isTokenGone, isTokenTypeUnsupported, toError } from './to-error.ts';

/** RFC 7009 §2. The refresh token first: with it most servers end the whole grant. */
export async function revoke(client: Client, grant: TokenSet, call: Call): Promise<'revoked' | 'unsupported'> {
  if (client.metadata.revocation_endpoint === undefined) return 'unsupported';
  const { accessToken, refreshToken } = grant;
  const ended = [
    ...(refreshToken === undefined ? [] : [await revokeToken(client, refreshToken, 'refresh_token', call)]),
    await revokeToken(client, accessToken, 'access_token', call),
  ];
  return ended.includes(true) ? 'revoked' : 'unsupported';
}

/** `false`: the server revokes no tokens of this type (RFC 7009 §2.2.1). One that it no longer knows is revoked. */
async function revokeToken(
  { openid, config }: Client,
  token: string,
  hint: 'refresh_token' | 'access_token',
  call: Call,
): Promise<boolean> {
  try {
    await openid.tokenRevocation(config, token, { token_type_hint: hint });
  } catch (thrown) {
    if (isTokenTypeUnsupported(thrown)) return false;
    // RFC 7009 §2.2 has 200 for it; Google has this.
    if (!isTokenGone(thrown)) throw toError(thrown, call);
  }
  return true;
}
