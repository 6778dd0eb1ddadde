import { setTimeout } from 'node:timers/promises';
import { CredentialError } from '../../../domain/credential-error.ts';
import { parseDifyHost } from '../../../domain/sign-in/dify.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import type { DeviceSignIn } from '../../../ports/sign-in/sign-in.ts';
import type { Clock } from '../../../ports/system.ts';
import { rejectOnAbort } from '../../files/abort.ts';
import {
  type ClassifiedResponse,
  createDeviceFlowClient,
  type DeviceFlowClient,
  type JsonFields,
  unexpectedResponseError,
} from './client.ts';
import type { DeviceCode } from './schemas.ts';

export interface DeviceSignInOptions {
  /** Measures how long a code is valid. */
  readonly clock: Clock;
  /** By default Node's own, or one that uses the proxy from the environment. */
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
    async signIn(typedHost, request) {
      const {
        deviceLabel,
        show,
        save = async () => {},
        uninterrupted,
        signal = new AbortController().signal,
      } = request;
      const host = parseDifyHost(typedHost);
      const client = createDeviceFlowClient({ host, fetch: options.fetch, wait, nowMs, limitMs, signal });
      const fields = await requestCode(client, deviceLabel);
      const issuedAtMs = nowMs();
      const { parseDeviceCode, parseDifyTokenSet } = await import('./schemas.ts');
      const code = parseDeviceCode(host, fields);
      const { verificationUri, userCode, expiresInSeconds } = code;
      await rejectOnAbort(Promise.resolve(show({ verificationUri, userCode, expiresInSeconds })), { signal });
      const run = uninterrupted ?? ((step) => step());
      return pollToken(client, code, issuedAtMs, (leftMs) =>
        run(async () => {
          const parameters = { device_code: code.deviceCode };
          const response = await client.post('token', parameters, leftMs, {
            ignoresSignal: uninterrupted !== undefined,
          });
          if (response.kind !== 'fields') return response;
          const tokens = parseDifyTokenSet(host, response.fields);
          await save(tokens);
          return tokens;
        }),
      );
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
      const hint = (response.kind === 'retry' && response.hint) || suggestRetry(waitMs);
      throw new CredentialError('sign-in-unreachable', reason, { hint });
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

/** Added to the interval after each `slow_down` (RFC 8628 §3.5). */
const slowDownMs = 5000;
/** Longest delay while the host is unavailable, unless its own interval is longer. */
const maxBackoffMs = 60_000;

/**
 * Polls for the token until the user has decided or the code has expired (RFC 8628 §3.4, §3.5). While the host is
 * unavailable, the delay doubles; when it is available again, the interval applies again.
 */
async function pollToken(
  client: DeviceFlowClient,
  code: DeviceCode,
  issuedAtMs: number,
  requestToken: (leftMs: number) => Promise<TokenSet | Exclude<ClassifiedResponse, { kind: 'fields' }>>,
): Promise<TokenSet> {
  const { host, nowMs } = client;
  const expiresAtMs = issuedAtMs + code.expiresInSeconds * 1000;
  let intervalMs = code.intervalSeconds * 1000;
  let delayMs = intervalMs;
  let failures = 0;
  let lastFailure: { readonly reason: string; readonly hint?: string | undefined } | undefined;
  for (;;) {
    await waitWithinLimit(delayMs);
    const leftMs = expiresAtMs - nowMs();
    if (leftMs <= 0) throw timedOut();
    const response = await requestToken(leftMs);
    if ('accessToken' in response) return response;
    if (response.kind === 'retry') {
      failures += 1;
      lastFailure = response;
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
    return lastFailure === undefined ? codeExpiredError(host) : unavailableError(lastFailure.reason, lastFailure.hint);
  }
}

function signInDeniedError(host: string): CredentialError {
  return new CredentialError('sign-in-refused', `the sign-in at ${host} was denied`);
}

function codeExpiredError(host: string): CredentialError {
  return new CredentialError('timed-out', `the code was not confirmed at ${host} in time`, { hint: 'sign in again' });
}

function unavailableError(reason: string, hint = 'try again later'): CredentialError {
  return new CredentialError('sign-in-unreachable', reason, { hint });
}
