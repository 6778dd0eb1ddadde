import type { IDToken } from 'openid-client';
import type { CredentialError } from '../../../domain/credential-error.ts';
import { combineTokens, parseTokenFields, pickOtherFields, type TokenFields } from '../../../domain/token-response.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import { type HttpResponse, toResponse } from '../http.ts';
import { type OAuthCall, protocolViolation } from './to-error.ts';

export interface TokenResponse {
  /** `undefined` if the response has no token at all. */
  readonly fields: TokenFields | undefined;
  /** Its other fields, without the ID token. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** The response in the form that RFC 6749 prescribes, as far as its content allows. */
  readonly response: Response;
}

/**
 * Parses a response of the token endpoint, before a library does that rejects all of it because of one field: the server
 * may have spent the refresh token, and then the new one is the only valid one. A field with an unexpected value counts as
 * missing. Accepts a byte order mark, every content type, and a form instead of JSON.
 */
export function parseTokenResponse(httpResponse: HttpResponse, { secrets }: Pick<OAuthCall, 'secrets'>): TokenResponse {
  const { status, headers, body } = httpResponse;
  const isSuccess = status >= 200 && status < 300;
  const received = isSuccess ? parseBody(new TextDecoder().decode(body)) : undefined;
  const fields = received && parseTokenFields(received);
  const unchanged = () => toResponse(httpResponse);
  if (received === undefined || fields === undefined) return { fields: undefined, response: unchanged() };
  const { access_token, refresh_token, id_token } = fields;
  secrets.push(...[access_token, refresh_token, id_token].filter((token) => token !== undefined));
  if (access_token !== undefined || refresh_token !== undefined)
    return {
      fields,
      extra: pickOtherFields({ ...received, id_token: undefined }),
      response: toJson(fields, 200, headers),
    };
  // Some servers report an error with status 200.
  const isError = typeof received.error === 'string' && received.error !== '';
  return { fields: undefined, response: isError ? toJson(received, 400, headers) : unchanged() };
}

function toJson(body: object, status: number, from: Headers): Response {
  const headers = new Headers(from);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(body), { status, headers });
}

function parseBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    const form = new URLSearchParams(text);
    return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : undefined;
  }
}

/** How far this machine's clock is from the server's, in whole seconds, according to a response of the server. */
export function measureClockDifference(headers: Headers, nowMs: number): number {
  const serverMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(serverMs) ? 0 : Math.ceil(Math.abs(nowMs - serverMs) / 1000);
}

export interface ReceivedTokens {
  readonly fields: TokenFields;
  /** The claims of the ID token. `undefined` if there's none, or if it's invalid. */
  readonly claims: IDToken | undefined;
  /** Other fields of the response, to be stored with the tokens. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** When the request was sent, in ISO 8601: so no token counts as valid after it has expired. */
  readonly requestedAt: string;
}

/** Converts a token response, and keeps from `previous` what the response leaves out. */
export function toTokenSet(received: ReceivedTokens, previous: Partial<TokenSet>, accessToken: string): TokenSet {
  const { fields, claims, requestedAt } = received;
  const tokens = combineTokens(fields, accessToken, requestedAt, previous, received.extra);
  const subject = parseSubject(claims);
  return { ...tokens, ...(subject !== undefined && { subject: { ...previous.subject, ...subject } }) };
}

/** Returns why the access token of a response must not be used, or `undefined`. */
export function findProblem(
  { fields, claims }: Pick<ReceivedTokens, 'fields' | 'claims'>,
  { subject }: Partial<TokenSet>,
  call: OAuthCall,
): CredentialError | undefined {
  if (fields.token_type !== 'bearer') return protocolViolation(call, 'the tokens are not bearer tokens');
  // OpenID Connect Core 1.0 §12.2: the ID token of a refresh is for the same subject.
  const isAnother = subject !== undefined && claims !== undefined && claims.sub !== subject.id;
  return isAnother ? protocolViolation(call, 'the new tokens are for another account') : undefined;
}

function parseSubject(claims: IDToken | undefined): TokenSet['subject'] {
  if (claims === undefined) return undefined;
  const { sub: id, email, name } = claims;
  return { id, ...(typeof email === 'string' && { email }), ...(typeof name === 'string' && { name }) };
}
