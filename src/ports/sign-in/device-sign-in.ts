import type { TokenSet } from '../../domain/sign-in/session.ts';

/**
 * Sign-in on a host of Dify's by the device flow (RFC 8628) in Dify's own dialect.
 *
 * - signed in → the grant
 * - the host has no such flow (404) → `sign-in-refused`: "this host has no device sign-in"
 * - `access_denied` → `sign-in-refused`; `expired_token`, or the time is over → `timed-out`
 * - `authorization_pending` → asked again after the interval; `slow_down` → the interval grows by 5 s (RFC 8628 §3.5)
 * - 5xx, or no connection → tried again, ever later; in the end `sign-in-unreachable`, naming the host
 * - anything that is not as it should be → `sign-in-unreachable`, saying what
 * - `signal` aborted → `cancelled`
 *
 * No message or cause holds a device code or a token.
 */
export interface DeviceSignIn {
  signIn(host: string, ask: DeviceAsk): Promise<TokenSet>;
}

export interface DeviceAsk {
  /** What the host shall call this device. */
  readonly deviceLabel: string;
  /** Tells the user where to go and what to type there. Called once. */
  show(prompt: DevicePrompt): void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface DevicePrompt {
  readonly verificationUri: string;
  readonly userCode: string;
  /** How long the code holds, in seconds. */
  readonly expiresInSeconds: number;
}
