import { CredentialError } from '../credential-error.ts';
import { isObject, parseJson } from '../text/encodings.ts';
import { isExpired, isTokenSet, renewalMarginMs, type TokenSet } from '../token-set.ts';

/** What a program stores about who is signed in, in one credential. */
export type Session = { readonly kind: 'api-key'; readonly key: string } | SignIn;

export interface SignIn {
  readonly kind: 'sign-in';
  /** What issued the tokens: an OpenID issuer, or a Dify host. */
  readonly issuer: string;
  readonly tokens: TokenSet;
}

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

/** Returns the key if it has the format of a jsm API key. Anything else → `invalid-input`; the message doesn't repeat it. */
export function parseApiKey(key: string): string {
  if (/^jsm_[A-Za-z0-9_-]{16,}$/.test(key)) return key;
  throw new CredentialError('invalid-input', 'invalid API key', {
    hint: 'a key is jsm_ followed by at least 16 letters, digits, - or _; create one at /account/api-keys',
  });
}
