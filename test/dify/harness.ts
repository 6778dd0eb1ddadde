import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import { createDeviceSignIn, type DeviceSignInOptions } from '../../src/adapters/dify/device-sign-in.ts';
import type { CredentialError, ErrorCode } from '../../src/domain/credential-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { TokenSet } from '../../src/domain/sign-in/session.ts';
import type { DevicePrompt } from '../../src/ports/sign-in/device-sign-in.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { bearer, type DifyHost, type DifyScript, deviceCode, startDifyHost } from '../support/dify-host.ts';

/** A sign-in at a host of a test's own, in a time that passes only while it waits. */
export interface Trial {
  readonly host: DifyHost;
  /** How long each wait was, in milliseconds. */
  readonly waits: readonly number[];
  readonly shown: readonly DevicePrompt[];
  signIn(typed?: string): Promise<TokenSet>;
  /** Signs in, which must fail with this code, and gives the error after looking for secrets in it. */
  fails(code: ErrorCode, typed?: string): Promise<CredentialError>;
}

export interface TrialOptions extends Partial<DeviceSignInOptions> {
  readonly signal?: AbortSignal;
  /** Runs while the prompt is shown. */
  readonly show?: () => void | Promise<void>;
}

export const startMs = Date.parse('2026-11-03T09:00:00.000Z');

const hosts: DifyHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

export async function startTrial(script: DifyScript = {}, options: TrialOptions = {}): Promise<Trial> {
  const host = await startDifyHost(script);
  hosts.push(host);
  const { signal, show, ...given } = options;
  const waits: number[] = [];
  const shown: DevicePrompt[] = [];
  let now = startMs;
  const signIn = createDeviceSignIn({
    clock: () => new Date(now).toISOString(),
    async wait(ms) {
      waits.push(ms);
      now += ms;
    },
    ...given,
  });
  const ask = {
    deviceLabel: 'alice on ariel',
    async show(prompt: DevicePrompt) {
      shown.push(prompt);
      await show?.();
    },
    ...(signal && { signal }),
  };
  const run = (typed = host.url) => signIn.signIn(typed, ask);
  return {
    host,
    waits,
    shown,
    signIn: run,
    async fails(code, typed) {
      const error = await failure(run(typed), code);
      expectClean(error);
      return error;
    },
  };
}

function expectClean(error: CredentialError): void {
  for (const secret of [deviceCode, bearer]) expectHidden(error, new Secret(Buffer.from(secret)));
  expect(error.cause).toBeUndefined();
  expect(`${error.message}${error.hint ?? ''}`, inspect(error)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
}
