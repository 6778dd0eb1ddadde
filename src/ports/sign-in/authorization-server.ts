import type { TokenSet } from '../../domain/sign-in/session.ts';

/**
 * An OpenID provider as a public or confidential client on the user's machine uses it: authorization code with PKCE on a
 * loopback redirect (RFC 8252 §7.3, RFC 7636), refresh (RFC 6749 §6) and revocation (RFC 7009).
 *
 * Common to all methods, each a `CredentialError`:
 * - cannot be reached, answers no JSON or not as it should, has a certificate that does not hold → `sign-in-unreachable`,
 *   naming the issuer and what is wrong
 * - refuses the client (`invalid_client`, `unauthorized_client`) → `sign-in-refused`; of a sign-in before `ask.url`
 * - the issuer is no address, or one to which tokens would go in the clear → `invalid-setting`, and nobody is asked
 * - `signal` aborted → `cancelled`, and nothing listens any more
 *
 * No message or cause holds a code, a verifier, a token or a client secret, not even where the server says it.
 */
export interface AuthorizationServer {
  /**
   * Has the user sign in. Listens on a loopback address for one redirect, tells `ask.url` where to go, and shows the
   * browser a page that says what happened.
   *
   * - signed in → the grant
   * - the user or the server refuses (`error=…`) → `sign-in-refused`, in the server's words
   * - a redirect with another state, or a second one → answered with an error page; the sign-in goes on
   * - nobody came back within five minutes → `timed-out`
   * - `ask.url` rejects → so does the sign-in, with the same error
   */
  signIn(ask: Ask): Promise<TokenSet>;

  /**
   * Trades the refresh token for a new grant; what the server does not send anew is kept from `grant`.
   *
   * - there is no refresh token, or the server no longer takes it (`invalid_grant`) → `not-signed-in`
   *
   * Where refresh tokens rotate, one whose answer did not arrive is spent: calling a refresh off may cost the sign-in.
   */
  refresh(grant: TokenSet, options?: { readonly signal?: AbortSignal }): Promise<TokenSet>;

  /**
   * Has the server forget the grant: the refresh token where there is one, and the access token.
   *
   * - done → `revoked`
   * - the server no longer knows the tokens → `revoked`
   * - the server has no revocation endpoint, or revokes tokens of neither kind → `unsupported`
   */
  revoke(grant: TokenSet, options?: { readonly signal?: AbortSignal }): Promise<'revoked' | 'unsupported'>;
}

export interface Ask {
  /** Where the user is to go. Called once. Opening a browser there, or printing it, is the caller's. */
  url(url: string): void | Promise<void>;
  readonly signal?: AbortSignal;
}
