import { setTimeout } from 'node:timers/promises';
import { parseDifyHost } from '../../domain/sign-in/dify-host.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DeviceSignIn } from '../../ports/sign-in/device-sign-in.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { awaitToken } from './await-token.ts';
import { converse } from './conversation.ts';
import { requestCode } from './request-code.ts';

export interface DeviceSignInOptions {
  /** Measures how long a code holds. */
  readonly clock: Clock;
  /** Node's own unless given. */
  readonly fetch?: typeof fetch;
  /** Resolves after so many milliseconds; may reject when the signal is aborted. A timer unless given. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** For one request, in milliseconds, its answer included. 10 s unless given. */
  readonly limitMs?: number;
}

const defaultLimitMs = 10_000;

/**
 * Signs in over HTTP. The host is what a user typed: `difyHost` gives its one spelling, or refuses it with
 * `invalid-input`. Redirects are not followed, and no answer larger than 1 MiB is read.
 */
export function createDeviceSignIn(options: DeviceSignInOptions): DeviceSignIn {
  const { clock, wait = timer, limitMs = defaultLimitMs } = options;
  const nowMs = () => Date.parse(clock());
  return {
    async signIn(typed, { deviceLabel, show, signal = new AbortController().signal }) {
      const host = parseDifyHost(typed);
      const talk = converse(host, { fetch: options.fetch ?? fetch, wait, nowMs, limitMs, signal });
      const issued = await requestCode(talk, deviceLabel);
      const issuedAtMs = nowMs();
      // The library that reads answers is loaded here, so that a program which does not sign in never loads it.
      const { readDeviceCode, readGrant } = await import('./answers.ts');
      const code = readDeviceCode(host, issued);
      const { verificationUri, userCode, expiresInSeconds } = code;
      await rejectOnAbort(Promise.resolve(show({ verificationUri, userCode, expiresInSeconds })), { signal });
      return readGrant(host, await awaitToken(talk, code, issuedAtMs));
    },
  };
}

async function timer(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}
