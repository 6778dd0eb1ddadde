import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import type { TokenSet } from '../../../domain/sign-in/session.ts';
import type { OAuthCall } from './settings.ts';
import { protocolViolation } from './to-error.ts';

type TokenResponse = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** The last moment of the year 9999: ISO 8601 has another format for later years. */
const lastTimeMs = Date.UTC(10_000, 0) - 1;

/**
 * Converts a token response, and keeps from `previous` what the response leaves out. `requestedAt`, in ISO 8601, is from
 * before the request, so that no token counts as valid after it has expired.
 */
export function toTokenSet(
  response: TokenResponse,
  requestedAt: string,
  previous: Partial<TokenSet>,
  call: OAuthCall,
): TokenSet {
  if (response.token_type !== 'bearer') throw protocolViolation(call, 'the tokens are not bearer tokens');
  const { refresh_token: refreshToken = previous.refreshToken, scope = previous.scope } = response;
  const subject = parseSubject(response) ?? previous.subject;
  // OpenID Connect Core 1.0 §12.2: the ID token of a refresh is for the same subject.
  if (previous.subject !== undefined && subject?.id !== previous.subject.id) {
    throw protocolViolation(call, 'the new tokens are for another account');
  }
  return {
    accessToken: response.access_token,
    ...(response.expires_in !== undefined && { expiresAt: addSeconds(requestedAt, response.expires_in) }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(scope !== undefined && { scope }),
    ...(subject !== undefined && { subject: { ...previous.subject, ...subject } }),
  };
}

function parseSubject(response: TokenResponse): TokenSet['subject'] {
  const claims = response.claims();
  if (claims === undefined) return undefined;
  const { sub: id, email, name } = claims;
  return { id, ...(typeof email === 'string' && { email }), ...(typeof name === 'string' && { name }) };
}

function addSeconds(time: string, seconds: number): string {
  return new Date(Math.min(Date.parse(time) + seconds * 1000, lastTimeMs)).toISOString();
}
