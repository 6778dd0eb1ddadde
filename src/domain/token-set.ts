import { CredentialError } from './credential-error.ts';
import { isObject, parseJson } from './text/encodings.ts';

/**
 * What a token endpoint returned: the tokens of one account. Named after RFC 6749 §5.1, with times in ISO 8601, UTC. One
 * that a later version stored can have more fields, which a renewal keeps.
 */
export interface TokenSet {
  readonly accessToken: string;
  /** In lower case. Absent: `bearer`. */
  readonly tokenType?: string;
  /** When the access token expires. Absent if the server doesn't say. */
  readonly expiresAt?: string;
  /** When the request for the access token was sent, by the clock of this machine. */
  readonly obtainedAt?: string;
  readonly refreshToken?: string;
  /** Granted scopes, separated by spaces. */
  readonly scope?: string;
  /** Who signed in, according to the server. For display only. */
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
  /** Other fields of the response, such as `id_token`, as the server named them. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** How to renew it without further settings. */
  readonly renewal?: TokenRenewal;
  /** The last renewal, if it failed: for processes that were waiting for it. */
  readonly failure?: TokenFailure;
}

export interface TokenFailure {
  readonly at: string;
  readonly code: 'refresh-failed' | 'refresh-rejected';
  readonly message: string;
  readonly hint?: string;
}

/** A client at a token endpoint (RFC 6749 §6). Never a command: anyone who can write to the store could run one. */
export interface TokenRenewal {
  /** An OpenID issuer, whose metadata names the token endpoint. Either this or {@link tokenEndpoint}. */
  readonly issuer?: string;
  readonly tokenEndpoint?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** The environment variable with the client secret. */
  readonly clientSecretVariable?: string;
  /** Requested with each renewal. Default: the granted scopes. */
  readonly scope?: string;
}

/** An access token that expires within this time is renewed first, so that it stays valid while it is used. */
export const renewalMarginMs = 60_000;

/** The share of an access token's lifetime that the margin takes at most: a margin longer than the lifetime would renew it for each caller. */
const maxMarginShare = 0.25;

/** How far a clock may be set back, as time synchronisation does, before what it said earlier counts as wrong. */
const clockToleranceMs = 30_000;

/**
 * Whether the access token has expired, or will within `marginMs`, or within a quarter of its lifetime if that's shorter.
 * `nowMs` is since the epoch. A token that was obtained in the future counts as expired: the clock was wrong then or is
 * wrong now, so nobody knows when it expires.
 */
export function isExpired({ expiresAt, obtainedAt }: TokenSet, nowMs: number, marginMs: number): boolean {
  // Stryker disable next-line ConditionalExpression: comparing with the time of undefined is always false
  if (expiresAt === undefined) return false;
  const expiresMs = Date.parse(expiresAt);
  if (obtainedAt === undefined) return expiresMs - marginMs <= nowMs;
  const obtainedMs = Date.parse(obtainedAt);
  const lifetimeMs = Math.max(0, expiresMs - obtainedMs);
  return obtainedMs - clockToleranceMs > nowMs || expiresMs - Math.min(marginMs, lifetimeMs * maxMarginShare) <= nowMs;
}

/** Whether two token sets are the result of the same request, whatever failed since. */
export function isSameTokenSet({ failure: _, ...one }: TokenSet, { failure: __, ...other }: TokenSet): boolean {
  return serialiseTokenSet(one) === serialiseTokenSet(other);
}

/** The field `format` of the stored form. An incompatible form would have another. */
const format = 'keystow-token-set';

/** The stored form of a token set: JSON that a person can read. */
export function serialiseTokenSet(tokens: TokenSet): string {
  return JSON.stringify({ format, ...tokens }, undefined, 2);
}

/** Whether a text may be the stored form of a token set. Most secrets aren't. */
export function mayBeTokenSet(text: string): boolean {
  return text.includes(format);
}

/**
 * Parses the stored form. `undefined`: the text is something else, such as a password. A token set that somebody has
 * damaged → `failed`; the message doesn't repeat it.
 */
export function parseStoredTokenSet(text: string): TokenSet | undefined {
  // Most secrets are no JSON, and a file of 8 MiB can be one.
  if (!mayBeTokenSet(text)) return undefined;
  const value = parseJson(text);
  if (!isObject(value) || value.format !== format) return undefined;
  const { format: _, ...tokens } = value;
  if (isTokenSet(tokens)) return tokens;
  throw new CredentialError('failed', 'the stored token set is damaged', { hint: 'sign in again' });
}

/** Whether a value is a {@link TokenSet} whose fields have the right types. It can have more fields. */
export function isTokenSet(value: unknown): value is TokenSet {
  if (!isObject(value) || typeof value.accessToken !== 'string') return false;
  const { tokenType, refreshToken, scope, expiresAt, obtainedAt, subject, extra, renewal, failure } = value;
  return (
    [tokenType, refreshToken, scope].every(isOptionalText) &&
    [expiresAt, obtainedAt].every((time) => isOptionalText(time) && !Number.isNaN(Date.parse(time ?? '1970'))) &&
    (subject === undefined || (isObject(subject) && typeof subject.id === 'string')) &&
    (extra === undefined || isObject(extra)) &&
    (renewal === undefined || isRenewal(renewal)) &&
    (failure === undefined || isFailure(failure))
  );
}

function isFailure(value: unknown): value is TokenFailure {
  if (!isObject(value)) return false;
  const { at, code, message, hint } = value;
  const isCode = code === 'refresh-failed' || code === 'refresh-rejected';
  return isCode && typeof at === 'string' && typeof message === 'string' && isOptionalText(hint);
}

function isRenewal(value: unknown): value is TokenRenewal {
  if (!isObject(value) || typeof value.clientId !== 'string') return false;
  const { issuer, tokenEndpoint, clientSecret, clientSecretVariable, scope } = value;
  const areTexts = [issuer, tokenEndpoint, clientSecret, clientSecretVariable, scope].every(isOptionalText);
  return areTexts && (issuer === undefined) !== (tokenEndpoint === undefined);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
