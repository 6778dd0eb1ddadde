import { CredentialError } from '../credential-error.ts';
import { isObject, parseJson } from '../text/encodings.ts';

/** What a token endpoint returned: the bearer tokens of one account. Named after RFC 6749 §5.1, with times in ISO 8601, UTC. */
export interface TokenSet {
  readonly accessToken: string;
  /** When the access token expires. Absent if the server doesn't say. */
  readonly expiresAt?: string;
  readonly refreshToken?: string;
  /** Granted scopes, separated by spaces. */
  readonly scope?: string;
  /** Who signed in, according to the server. For display only. */
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
}

/** What a program stores about who is signed in, in one credential. */
export type Session = { readonly kind: 'api-key'; readonly key: string } | SignIn;

export interface SignIn {
  readonly kind: 'sign-in';
  /** What issued the tokens: an OpenID issuer, or a Dify host. */
  readonly issuer: string;
  readonly tokens: TokenSet;
}

/** An access token that expires within this time is renewed first, so that it stays valid while it is used. */
export const renewalMarginMs = 60_000;

/** The stored form: JSON, with the tokens under the key `grant`. */
export function serialiseSession(session: Session): string {
  if (session.kind === 'api-key') return JSON.stringify(session);
  const { kind, issuer, tokens } = session;
  return JSON.stringify({ kind, issuer, grant: tokens });
}

/** Parses the stored form. Anything else → `failed`: this program didn't write it. */
export function parseSession(text: string): Session {
  const value = parseJson(text);
  if (isObject(value)) {
    const { kind, key, issuer, grant } = value;
    if (kind === 'api-key' && typeof key === 'string') return { kind, key };
    if (kind === 'sign-in' && typeof issuer === 'string' && isTokenSet(grant)) return { kind, issuer, tokens: grant };
  }
  throw new CredentialError('failed', 'the stored credential is not a session of this program', {
    hint: 'sign out and sign in again',
  });
}

/** Returns the API key, or the access token unless it has to be renewed. */
export function validToken(session: Session, nowMs: number): string | undefined {
  if (session.kind === 'api-key') return session.key;
  return isExpired(session.tokens, nowMs, renewalMarginMs) ? undefined : session.tokens.accessToken;
}

/** Whether the access token has expired, or will within `marginMs`. `nowMs` is since the epoch. */
export function isExpired({ expiresAt }: TokenSet, nowMs: number, marginMs: number): boolean {
  // Stryker disable next-line ConditionalExpression: comparing with the time of undefined is always false
  if (expiresAt === undefined) return false;
  return Date.parse(expiresAt) - marginMs <= nowMs;
}

/** Returns the key if it has the format of a jsm API key. Anything else → `invalid-input`; the message doesn't repeat it. */
export function parseApiKey(key: string): string {
  if (/^jsm_[A-Za-z0-9_-]{16,}$/.test(key)) return key;
  throw new CredentialError('invalid-input', 'invalid API key', {
    hint: 'a key is jsm_ followed by at least 16 letters, digits, - or _; create one at /account/api-keys',
  });
}

function isTokenSet(value: unknown): value is TokenSet {
  if (!isObject(value) || typeof value.accessToken !== 'string') return false;
  const { expiresAt, refreshToken, scope, subject } = value;
  const areTexts = [expiresAt, refreshToken, scope].every((part) => part === undefined || typeof part === 'string');
  const isTime = expiresAt === undefined || !Number.isNaN(Date.parse(String(expiresAt)));
  return areTexts && isTime && (subject === undefined || (isObject(subject) && typeof subject.id === 'string'));
}
