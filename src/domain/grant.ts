/**
 * What a sign-in gave: the bearer tokens of one account. All of it is protected; the parts are named after RFC 6749
 * §5.1, with times as ISO 8601 in UTC.
 */
export interface Grant {
  readonly accessToken: string;
  /** When the access token ends to be valid; absent where the server does not say. */
  readonly expiresAt?: string;
  readonly refreshToken?: string;
  /** Scopes granted, separated by blanks. */
  readonly scope?: string;
  /** Who signed in, as far as the server says: never used to decide anything. */
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
}
