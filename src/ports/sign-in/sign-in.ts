import type { CredentialError } from '../../domain/credential-error.ts';
import type { TokenSet } from '../../domain/token-set.ts';

/**
 * An OpenID provider, for a public or confidential client on the user's machine: authorization code with PKCE and a
 * loopback redirect (RFC 8252 §7.3, RFC 7636), refresh (RFC 6749 §6) and revocation (RFC 7009).
 *
 * All methods reject with a `CredentialError`:
 * - no connection, an invalid certificate, or an invalid response → `sign-in-unreachable`, with the issuer and the reason
 * - the provider rejects the client (`invalid_client`, `unauthorized_client`) → `sign-in-refused`; `signIn` finds that out
 *   before `openUrl`
 * - the issuer isn't a URL, or tokens would reach it unencrypted → `invalid-setting`, without a request
 * - `signal` aborted → `cancelled`
 *
 * No message or cause contains a code, a verifier, a token or a client secret, even if the server's response does.
 */
export interface AuthorizationServer {
  /**
   * Lets the user sign in. Listens on a loopback address for the redirect, calls `openUrl`, and shows the result in the
   * browser. Stops listening whatever the outcome.
   *
   * - the user or the provider refuses (`error=…`) → `sign-in-refused`, with the provider's description
   * - a redirect with another state, or a second redirect → an error page; the sign-in continues
   * - the tokens come without an ID token, or with one that can't be verified → resolves with tokens without a subject, after
   *   `save` and `reportUnknownSubject`
   * - the ID token is for another sign-in, client or issuer, or its signature is forged → `sign-in-unreachable`; nothing is
   *   saved, so that the account of somebody else doesn't replace the user's
   * - no redirect within five minutes → `timed-out`
   * - `openUrl` or `save` rejects → rejects with the same error
   * - `signal` aborted after the redirect → ignored: the code is exchanged, and the tokens are saved
   */
  signIn(request: SignInRequest): Promise<TokenSet>;

  /**
   * Exchanges the refresh token for new tokens. Keeps from `tokens` what the response leaves out, or what is unusable in it:
   * an expiry, a scope or an ID token with an unexpected value doesn't make the rest of a response invalid.
   *
   * - there's no refresh token, or the provider no longer accepts it (`invalid_grant`) → `not-signed-in`
   * - the response has a refresh token, but no access token that may be used: none at all, one of another type than bearer,
   *   or one for another account → resolves, with `problem`
   * - `signal` aborted before the request is sent → `cancelled`; afterwards, it's ignored: if refresh tokens rotate and the
   *   response is lost, the old one is used up
   */
  refresh(
    tokens: TokenSet,
    options?: { readonly signal?: AbortSignal /** Default: the granted scopes. */; readonly scope?: string },
  ): Promise<RefreshedTokens>;

  /**
   * Revokes the refresh token, if there is one, and the access token.
   *
   * - revoked, or no longer known to the provider → `revoked`
   * - no revocation endpoint, or it revokes neither type of token → `unsupported`
   */
  revoke(tokens: TokenSet, options?: { readonly signal?: AbortSignal }): Promise<'revoked' | 'unsupported'>;
}

/** Store `tokens` before anything else. `problem`: why the access token in them is still the old one. */
export interface RefreshedTokens {
  readonly tokens: TokenSet;
  readonly problem?: CredentialError;
}

export interface SignInRequest {
  /** Opens the URL in the user's browser, or prints it. Called once. `redirectUri`: the address on which the sign-in listens. */
  openUrl(url: string, redirectUri: string): void | Promise<void>;
  /**
   * Asks for the address that the browser was redirected to: a browser on another machine can't open it. Called after
   * `openUrl`, and again with what was wrong with the answer, until the answer is right or `signal` is aborted, because the
   * redirect has arrived. `undefined` if nobody can be asked.
   */
  askRedirect?(problem: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** Stores the tokens. The browser shows success only afterwards. */
  save?(tokens: TokenSet): Promise<void>;
  /** Reports why it's unknown who signed in. The tokens have been saved. */
  reportUnknownSubject?(problem: CredentialError): void;
  /** Runs the step from the exchange of the code to the end of `save`, which nothing should interrupt. */
  uninterrupted?<T>(step: () => Promise<T>): Promise<T>;
  readonly signal?: AbortSignal;
}

/**
 * Sign-in at a Dify host with Dify's variant of the device flow (RFC 8628).
 *
 * - the host has no device flow (404) → `sign-in-refused`: "this host has no device sign-in"
 * - `access_denied` → `sign-in-refused`
 * - `expired_token`, or the code has expired → `timed-out`
 * - `authorization_pending` → polls again after the interval; `slow_down` → adds 5 s to the interval (RFC 8628 §3.5)
 * - 5xx, or no connection → retries with longer and longer delays, and finally → `sign-in-unreachable`, with the host
 * - an invalid response → `sign-in-unreachable`, with the reason
 * - an invalid host → `invalid-input`, without a request
 * - a token with an invalid expiry or account → the token, without them
 * - `save` rejects → rejects with the same error
 * - `signal` aborted → `cancelled`; with `uninterrupted`, only after a request for the token has been answered
 *
 * No message or cause contains a device code or a token.
 */
export interface DeviceSignIn {
  signIn(host: string, request: DeviceSignInRequest): Promise<TokenSet>;
}

export interface DeviceSignInRequest {
  /** What the host calls this device in the account's list of sign-ins. */
  readonly deviceLabel: string;
  /** Tells the user where to go and what to type there. Called once. */
  show(prompt: DevicePrompt): void | Promise<void>;
  /** Stores the token. */
  save?(tokens: TokenSet): Promise<void>;
  /** Runs the step from a request for the token to the end of `save`, which nothing should interrupt. */
  uninterrupted?<T>(step: () => Promise<T>): Promise<T>;
  readonly signal?: AbortSignal;
}

export interface DevicePrompt {
  readonly verificationUri: string;
  readonly userCode: string;
  /** How long the code is valid. */
  readonly expiresInSeconds: number;
}
