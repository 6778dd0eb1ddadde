import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import { createDeviceSignIn, type DeviceSignInOptions } from '../../src/adapters/sign-in/dify/device-sign-in.ts';
import type { CredentialError, ErrorCode } from '../../src/domain/credential-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { TokenSet } from '../../src/domain/token-set.ts';
import type { DevicePrompt } from '../../src/ports/sign-in/sign-in.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { bearer, type DifyHost, type DifyScript, deviceCode, startDifyHost } from '../support/dify-host.ts';

/** A sign-in at a host of its own. Its clock advances only during waits. */
export interface Trial {
  readonly host: DifyHost;
  /** The length of each wait, in milliseconds. */
  readonly waits: readonly number[];
  readonly prompts: readonly DevicePrompt[];
  signIn(typedHost?: string): Promise<TokenSet>;
  /** Expects that the sign-in fails with this code, and that the error contains no secret. */
  fails(code: ErrorCode, typedHost?: string): Promise<CredentialError>;
}

export interface TrialOptions extends Partial<DeviceSignInOptions> {
  readonly signal?: AbortSignal;
  /** Called while the prompt is shown. */
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
  const prompts: DevicePrompt[] = [];
  let now = startMs;
  const adapter = createDeviceSignIn({
    clock: () => new Date(now).toISOString(),
    async wait(ms) {
      waits.push(ms);
      now += ms;
    },
    ...given,
  });
  const request = {
    deviceLabel: 'alice on ariel',
    async show(prompt: DevicePrompt) {
      prompts.push(prompt);
      await show?.();
    },
    ...(signal && { signal }),
  };
  const signIn = (typedHost = host.url) => adapter.signIn(typedHost, request);
  return {
    host,
    waits,
    prompts,
    signIn,
    async fails(code, typedHost) {
      const error = await failure(signIn(typedHost), code);
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
