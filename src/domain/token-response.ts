import { isObject } from './text/encodings.ts';
import { isTokenSet, type TokenSet } from './token-set.ts';

/** The usable parts of a token response (RFC 6749 §5.1). */
export interface TokenFields {
  readonly access_token?: string;
  /** In lower case. */
  readonly token_type: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly id_token?: string;
}

/**
 * Takes the usable parts of a token response as servers really send it. A field with an unexpected value counts as missing,
 * because the rest may be the only valid tokens.
 */
export function parseTokenFields(received: Readonly<Record<string, unknown>>): TokenFields {
  const { access_token, refresh_token, id_token, scope, token_type, expires_in } = received;
  const seconds = toSeconds(expires_in);
  return {
    ...(isToken(access_token) && { access_token }),
    // Several servers leave it out, and all of those issue bearer tokens.
    token_type: typeof token_type === 'string' && token_type.trim() !== '' ? token_type.trim().toLowerCase() : 'bearer',
    ...(seconds !== undefined && { expires_in: seconds }),
    ...(isToken(refresh_token) && { refresh_token }),
    ...(typeof scope === 'string' && scope !== '' && { scope }),
    ...(isToken(id_token) && { id_token }),
  };
}

/**
 * Converts the fields of a token response, and keeps from `previous` what the response leaves out: a server that doesn't
 * rotate refresh tokens sends none. `requestedAt`: when the request was sent, in ISO 8601, so that no token counts as valid
 * after it has expired. `others`: those of {@link pickOtherFields}.
 */
export function combineTokens(
  fields: TokenFields,
  accessToken: string,
  requestedAt: string,
  previous: Partial<TokenSet> = {},
  others: Readonly<Record<string, unknown>> = {},
): TokenSet {
  const { expiresAt: _, tokenType: __, failure: ___, ...kept } = previous;
  const { refresh_token: refreshToken, scope, token_type: tokenType, expires_in: seconds } = fields;
  return {
    ...kept,
    accessToken,
    ...(tokenType !== 'bearer' && { tokenType }),
    obtainedAt: requestedAt,
    ...(seconds !== undefined && { expiresAt: addSeconds(requestedAt, seconds) }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(scope !== undefined && { scope }),
    ...(Object.keys(others).length > 0 && { extra: { ...previous.extra, ...others } }),
  };
}

/**
 * Converts a token response in JSON, with its unknown fields. Instead of `expires_in`, it may have `expires_at`: the time in
 * seconds since the epoch, or in ISO 8601. `undefined` if it has no access token.
 */
export function toTokenSet(
  response: unknown,
  requestedAt: string,
  previous: Partial<TokenSet> = {},
): TokenSet | undefined {
  if (!isObject(response)) return undefined;
  const fields = parseTokenFields(response);
  if (fields.access_token === undefined) return undefined;
  const expiresAt = fields.expires_in === undefined ? toTime(response.expires_at) : undefined;
  return {
    ...combineTokens(fields, fields.access_token, requestedAt, previous, pickOtherFields(response)),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/**
 * Converts the plain data of a token set that a program has made, perhaps from the old one or from a response of another
 * library: with times as numbers, or some fields as RFC 6749 names them. Like {@link toTokenSet}, it keeps the missing fields from
 * `previous`, and unknown fields. `undefined` if it isn't one.
 */
export function parseTokenSet(
  data: Readonly<Record<string, unknown>>,
  requestedAt: string,
  previous: Partial<TokenSet> = {},
): TokenSet | undefined {
  const { accessToken, format: _, failure: __, expiresAt, obtainedAt, refreshToken, ...rest } = data;
  if (!isToken(accessToken)) return undefined;
  const { expiresAt: ___, failure: ____, ...kept } = previous;
  const fields = parseTokenFields({ expires_in: data.expires_in, refresh_token: refreshToken ?? data.refresh_token });
  const expires =
    toTime(expiresAt) ?? (fields.expires_in === undefined ? undefined : addSeconds(requestedAt, fields.expires_in));
  const obtained = toTime(obtainedAt);
  const isValid = ([name, value]: readonly [string, unknown]) => isTokenSet({ accessToken, [name]: value });
  return {
    ...kept,
    ...Object.fromEntries(Object.entries(rest).filter(isValid)),
    accessToken,
    ...(expires !== undefined && { expiresAt: expires }),
    // One that spreads the old set would keep its time.
    obtainedAt: obtained === undefined || obtained === previous.obtainedAt ? requestedAt : obtained,
    ...(fields.refresh_token !== undefined && { refreshToken: fields.refresh_token }),
  };
}

/** The response that {@link toTokenSet} turns into this token set, with `expires_at` in ISO 8601. */
export function toTokenResponse(tokens: TokenSet): Readonly<Record<string, unknown>> {
  const { accessToken, tokenType, expiresAt, refreshToken, scope, extra } = tokens;
  return {
    ...extra,
    access_token: accessToken,
    ...(tokenType !== undefined && { token_type: tokenType }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(scope !== undefined && { scope }),
  };
}

/**
 * The error codes by which a server says that it no longer accepts a refresh token, or that it wants to see the user again:
 * RFC 6749 §5.2, OpenID Connect Core 1.0 §3.1.2.6, and GitHub's own.
 */
export const endingErrors: readonly unknown[] = [
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
  'bad_refresh_token',
];

const knownFields = ['access_token', 'token_type', 'expires_in', 'expires_at', 'refresh_token', 'scope'];

/** The fields of a token response that aren't among RFC 6749's, such as `id_token`. */
export function pickOtherFields(response: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isUnknown = ([name, value]: readonly [string, unknown]) =>
    !knownFields.includes(name) && value !== null && value !== undefined;
  return Object.fromEntries(Object.entries(response).filter(isUnknown));
}

/** RFC 6749 appendix A.12 and A.17: visible ASCII. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && value.trim() !== '';
}

/** Accepts a number as text. A negative one means that the token has expired. */
function toSeconds(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value));
  const seconds = isNumber ? Number(value) : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** The last moment of the year 9999: ISO 8601 has another format for later years. */
const lastTimeMs = Date.UTC(10_000, 0) - 1;

function addSeconds(time: string, seconds: number): string {
  return new Date(Math.min(Date.parse(time) + seconds * 1000, lastTimeMs)).toISOString();
}

/** A later time in seconds is one in milliseconds: this one is in the year 5138. */
const lastSeconds = 1e11;

function toTime(value: unknown): string | undefined {
  const time = toSeconds(value);
  const seconds = time !== undefined && time > lastSeconds ? time / 1000 : time;
  if (seconds !== undefined) return addSeconds(new Date(0).toISOString(), seconds);
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(Math.min(ms, lastTimeMs)).toISOString();
}
