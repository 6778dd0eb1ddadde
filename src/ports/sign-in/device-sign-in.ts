import type { TokenSet } from '../../domain/sign-in/session.ts';

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
