import { CredentialError } from '../../../domain/credential-error.ts';
import type { JsonFields } from './classify-response.ts';
import type { DeviceFlowClient } from './client.ts';
import type { DeviceCode } from './schemas.ts';

/** Added to the interval after each `slow_down` (RFC 8628 §3.5). */
const slowDownMs = 5000;
/** Longest delay while the host is unavailable, unless its own interval is longer. */
const maxBackoffMs = 60_000;

/**
 * Polls for the token until the user has decided or the code has expired (RFC 8628 §3.4, §3.5). While the host is
 * unavailable, the delay doubles; when it is available again, the interval applies again.
 */
export async function pollToken(client: DeviceFlowClient, code: DeviceCode, issuedAtMs: number): Promise<JsonFields> {
  const { host, nowMs } = client;
  const expiresAtMs = issuedAtMs + code.expiresInSeconds * 1000;
  let intervalMs = code.intervalSeconds * 1000;
  let delayMs = intervalMs;
  let failures = 0;
  let lastFailure: string | undefined;
  for (;;) {
    await waitWithinLimit(delayMs);
    const leftMs = expiresAtMs - nowMs();
    if (leftMs <= 0) throw timedOut();
    const response = await client.post('token', { device_code: code.deviceCode }, leftMs);
    if (response.kind === 'fields') return response.fields;
    if (response.kind === 'retry') {
      failures += 1;
      lastFailure = response.reason;
      delayMs = Math.max(intervalMs, Math.min(intervalMs * 2 ** failures, maxBackoffMs));
    } else {
      if (response.error === 'access_denied') throw signInDeniedError(host);
      if (response.error === 'expired_token') throw codeExpiredError(host);
      if (response.error === 'slow_down') intervalMs += slowDownMs;
      failures = 0;
      lastFailure = undefined;
      delayMs = intervalMs;
    }
    delayMs = Math.max(delayMs, response.retryAfterMs ?? 0);
    if (
      // Stryker disable next-line ConditionalExpression: comparing with undefined is always false
      response.retryAfterMs !== undefined &&
      nowMs() + response.retryAfterMs >= expiresAtMs
    ) {
      throw unavailableError(`${host} asks to wait until after its code has expired`);
    }
  }

  /** Waits for `ms`, or until the code has expired if that is sooner. */
  async function waitWithinLimit(ms: number): Promise<void> {
    const leftMs = expiresAtMs - nowMs();
    await client.wait(Math.max(0, Math.min(ms, leftMs)));
    if (ms >= leftMs) throw timedOut();
  }

  function timedOut(): CredentialError {
    return lastFailure === undefined ? codeExpiredError(host) : unavailableError(lastFailure);
  }
}

export function signInDeniedError(host: string): CredentialError {
  return new CredentialError('sign-in-refused', `the sign-in at ${host} was denied`);
}

function codeExpiredError(host: string): CredentialError {
  return new CredentialError('timed-out', `the code was not confirmed at ${host} in time`, { hint: 'sign in again' });
}

function unavailableError(reason: string): CredentialError {
  return new CredentialError('sign-in-unreachable', reason, { hint: 'sign in again later' });
}
