import type { DeviceCode } from './answers.ts';
import type { Conversation } from './conversation.ts';
import type { Fields } from './judge.ts';
import { denied, expired, unreachable } from './to-error.ts';

/** What `slow_down` adds to the interval, for good (RFC 8628 §3.5). */
const slowDownMs = 5000;
/** Longest wait that a host which does not serve is given, unless its own interval is longer. */
const maxBackoffMs = 60_000;

/**
 * Asks for the token until the user has decided or the code has ended (RFC 8628 §3.4, §3.5). A host that does not serve
 * is asked ever later, doubling from the interval; one that serves again is asked at the interval again.
 */
export async function awaitToken(talk: Conversation, code: DeviceCode, issuedAtMs: number): Promise<Fields> {
  const endsAtMs = issuedAtMs + code.expiresInSeconds * 1000;
  let intervalMs = code.intervalSeconds * 1000;
  let delayMs = intervalMs;
  let failures = 0;
  let trouble: string | undefined;
  for (;;) {
    await waitWithin(delayMs);
    const leftMs = endsAtMs - talk.nowMs();
    if (leftMs <= 0) throw atTheEnd();
    const verdict = await talk.post('token', { device_code: code.deviceCode }, leftMs);
    if (verdict.kind === 'fields') return verdict.fields;
    if (verdict.kind === 'again') {
      failures += 1;
      trouble = verdict.why;
      delayMs = Math.max(intervalMs, Math.min(intervalMs * 2 ** failures, maxBackoffMs));
    } else {
      if (verdict.error === 'access_denied') throw denied(talk.host);
      if (verdict.error === 'expired_token') throw expired(talk.host);
      if (verdict.error === 'slow_down') intervalMs += slowDownMs;
      failures = 0;
      trouble = undefined;
      delayMs = intervalMs;
    }
    delayMs = Math.max(delayMs, verdict.retryAfterMs ?? 0);
    if (
      // Stryker disable next-line ConditionalExpression: comparing with undefined is always false
      verdict.retryAfterMs !== undefined &&
      talk.nowMs() + verdict.retryAfterMs >= endsAtMs
    ) {
      throw unreachable(talk.host, 'asks to be left alone for longer than its code holds', 'sign in again later');
    }
  }

  /** Waits until the host may be asked again, or for the end of the code where that is sooner. */
  async function waitWithin(ms: number): Promise<void> {
    const leftMs = endsAtMs - talk.nowMs();
    await talk.wait(Math.max(0, Math.min(ms, leftMs)));
    if (ms >= leftMs) throw atTheEnd();
  }

  function atTheEnd(): Error {
    return trouble === undefined ? expired(talk.host) : unreachable(talk.host, trouble, 'sign in again later');
  }
}
