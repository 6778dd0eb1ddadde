import { setTimeout } from 'node:timers/promises';
import { CredentialError } from '../../../domain/credential-error.ts';
import { parseDifyHost } from '../../../domain/sign-in/dify-host.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { DeviceSignIn } from '../../../ports/sign-in/device-sign-in.ts';
import { rejectOnAbort } from '../../files/abort.ts';
import { type JsonFields, unexpectedResponseError } from './classify-response.ts';
import { createDeviceFlowClient, type DeviceFlowClient } from './client.ts';
import { pollToken, signInDeniedError } from './poll-token.ts';

export interface DeviceSignInOptions {
  /** Measures how long a code is valid. */
  readonly clock: Clock;
  /** Node's own by default. */
  readonly fetch?: typeof fetch;
  /** May reject when the signal is aborted. A timer by default. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** For each request, including the time to read the response. 10 s by default. */
  readonly limitMs?: number;
}

const defaultLimitMs = 10_000;

/** How often an unavailable host is asked for a code, the first delay, which doubles, and the limit for all of it. */
const maxAttempts = 4;
const firstDelayMs = 500;
const maxDurationMs = 30_000;

/** Signs in over HTTP. The host may be what a user typed: `parseDifyHost` normalises it, or rejects it. */
export function createDeviceSignIn(options: DeviceSignInOptions): DeviceSignIn {
  const { clock, wait = waitWithTimer, limitMs = defaultLimitMs } = options;
  const nowMs = () => Date.parse(clock());
  return {
    async signIn(typedHost, { deviceLabel, show, signal = new AbortController().signal }) {
      const host = parseDifyHost(typedHost);
      const client = createDeviceFlowClient({ host, fetch: options.fetch ?? fetch, wait, nowMs, limitMs, signal });
      const fields = await requestCode(client, deviceLabel);
      const issuedAtMs = nowMs();
      const { parseDeviceCode, parseTokenSet } = await import('./schemas.ts');
      const code = parseDeviceCode(host, fields);
      const { verificationUri, userCode, expiresInSeconds } = code;
      await rejectOnAbort(Promise.resolve(show({ verificationUri, userCode, expiresInSeconds })), { signal });
      return parseTokenSet(host, await pollToken(client, code, issuedAtMs));
    },
  };
}

/** Requests a device code (RFC 8628 §3.1), several times if the host is unavailable. */
async function requestCode(client: DeviceFlowClient, deviceLabel: string): Promise<JsonFields> {
  const { host, nowMs } = client;
  const endsAtMs = nowMs() + maxDurationMs;
  for (let attempt = 1, delayMs = firstDelayMs; ; attempt += 1, delayMs *= 2) {
    const response = await client.post('code', { device_label: deviceLabel }, endsAtMs - nowMs());
    if (response.kind === 'fields') return response.fields;
    if (response.kind === 'error' && response.error !== 'slow_down') {
      if (response.error === 'access_denied') throw signInDeniedError(host);
      throw unexpectedResponseError(host, `${response.error} to the request for a code`);
    }
    const reason = response.kind === 'retry' ? response.reason : `${host} responded with slow_down`;
    const waitMs = Math.max(delayMs, response.retryAfterMs ?? 0);
    if (attempt === maxAttempts || nowMs() + waitMs >= endsAtMs) {
      throw new CredentialError('sign-in-unreachable', reason, { hint: suggestRetry(waitMs) });
    }
    await client.wait(waitMs);
  }
}

function suggestRetry(waitMs: number): string {
  return waitMs < maxDurationMs ? 'try again later' : `try again in ${Math.ceil(waitMs / 1000)} s, as the host asks`;
}

async function waitWithTimer(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}
