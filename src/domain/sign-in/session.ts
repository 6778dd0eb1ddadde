/**
 * What a sign-in gave: the bearer tokens of one account. All of it is protected; the parts are named after RFC 6749
 * §5.1, with times as ISO 8601 in UTC.
 */
export interface TokenSet {
  readonly accessToken: string;
  /** When the access token ends to be valid; absent where the server does not say. */
  readonly expiresAt?: string;
  readonly refreshToken?: string;
  /** Scopes granted, separated by blanks. */
  readonly scope?: string;
  /** Who signed in, as far as the server says: never used to decide anything. */
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
}

import { CredentialError } from '../credential-error.ts';
import { isObject, parseJson } from '../text/json.ts';

/** What a program keeps of being signed in, in one credential. */
export type Session = { readonly kind: 'api-key'; readonly key: string } | SignIn;

export interface SignIn {
  readonly kind: 'sign-in';
  /** Where the grant is from: an issuer, or a host. */
  readonly issuer: string;
  readonly grant: TokenSet;
}

/** The session as it is kept: JSON. */
export function serialiseSession(session: Session): string {
  return JSON.stringify(session);
}

/** Reads a session as it is kept. Anything else → `failed`: what is kept there was not written by this program. */
export function parseSession(text: string): Session {
  const value = parseJson(text);
  if (isObject(value)) {
    const { kind, key, issuer, grant } = value;
    if (kind === 'api-key' && typeof key === 'string') return { kind, key };
    if (kind === 'sign-in' && typeof issuer === 'string' && isGrant(grant)) return { kind, issuer, grant };
  }
  throw new CredentialError('failed', 'what is stored is no session of this program', {
    hint: 'sign out and sign in again',
  });
}

/** Whether the access token is past its time, or will be within `marginMs`. Both times in ms since the epoch. */
export function isExpired({ expiresAt }: TokenSet, nowMs: number, marginMs: number): boolean {
  // Stryker disable next-line ConditionalExpression: comparing with the time of undefined is always false
  if (expiresAt === undefined) return false;
  return Date.parse(expiresAt) - marginMs <= nowMs;
}

function isGrant(value: unknown): value is TokenSet {
  if (!isObject(value) || typeof value.accessToken !== 'string') return false;
  const { expiresAt, refreshToken, scope, subject } = value;
  const optional = [expiresAt, refreshToken, scope].every((part) => part === undefined || typeof part === 'string');
  const dated = expiresAt === undefined || !Number.isNaN(Date.parse(String(expiresAt)));
  return optional && dated && (subject === undefined || (isObject(subject) && typeof subject.id === 'string'));
}
