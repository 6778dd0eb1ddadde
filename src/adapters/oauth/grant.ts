import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import type { TokenSet } from '../../domain/sign-in/session.ts';
import type { Call } from './call.ts';
import { not } from './faults.ts';

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** The last moment that ISO 8601 writes with four digits for the year. */
const endOfTimeMs = Date.UTC(10_000, 0) - 1;

/**
 * The grant in a token response. `askedAt`, in ISO 8601: before the request was sent, so that no token is thought valid
 * that is not. What the response leaves out is kept from `before`.
 */
export function grantOf(tokens: Tokens, askedAt: string, before: Partial<TokenSet>, call: Call): TokenSet {
  if (tokens.token_type !== 'bearer') throw not(call, 'its tokens are not bearer tokens');
  const { refresh_token: refreshToken = before.refreshToken, scope = before.scope } = tokens;
  const subject = subjectOf(tokens) ?? before.subject;
  // OpenID Connect Core 1.0 §12.2: an ID token that comes with a refresh is for the same subject.
  if (before.subject !== undefined && subject?.id !== before.subject.id)
    throw not(call, 'it refreshes another account');
  return {
    accessToken: tokens.access_token,
    ...(tokens.expires_in !== undefined && { expiresAt: later(askedAt, tokens.expires_in) }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(scope !== undefined && { scope }),
    ...(subject !== undefined && { subject: { ...before.subject, ...subject } }),
  };
}

function subjectOf(tokens: Tokens): TokenSet['subject'] {
  const claims = tokens.claims();
  if (claims === undefined) return undefined;
  const { sub: id, email, name } = claims;
  return { id, ...(typeof email === 'string' && { email }), ...(typeof name === 'string' && { name }) };
}

function later(time: string, seconds: number): string {
  return new Date(Math.min(Date.parse(time) + seconds * 1000, endOfTimeMs)).toISOString();
}
