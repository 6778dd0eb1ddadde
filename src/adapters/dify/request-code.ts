import type { Conversation } from './conversation.ts';
import type { Fields } from './judge.ts';
import { denied, unreachable } from './to-error.ts';

/** How often a host that does not serve is asked for a code, the first wait, which doubles, and the end of it all. */
const maxAttempts = 4;
const firstDelayMs = 500;
const maxDurationMs = 30_000;

/** Asks for a device code (RFC 8628 §3.1). The host is named in every failure. */
export async function requestCode(talk: Conversation, deviceLabel: string): Promise<Fields> {
  const endsAtMs = talk.nowMs() + maxDurationMs;
  for (let attempt = 1, delayMs = firstDelayMs; ; attempt += 1, delayMs *= 2) {
    const leftMs = endsAtMs - talk.nowMs();
    const verdict = await talk.post('code', { device_label: deviceLabel }, leftMs);
    if (verdict.kind === 'fields') return verdict.fields;
    if (verdict.kind === 'error' && verdict.error !== 'slow_down') {
      if (verdict.error === 'access_denied') throw denied(talk.host);
      throw unreachable(talk.host, `answers ${verdict.error} where a code was asked for`);
    }
    const why = verdict.kind === 'again' ? verdict.why : 'answers slow_down';
    const waitMs = Math.max(delayMs, verdict.retryAfterMs ?? 0);
    if (attempt === maxAttempts || talk.nowMs() + waitMs >= endsAtMs) throw unreachable(talk.host, why, later(waitMs));
    await talk.wait(waitMs);
  }
}

function later(waitMs: number): string {
  return waitMs < maxDurationMs ? 'try again later' : `try again in ${Math.ceil(waitMs / 1000)} s, as the host asks`;
}
