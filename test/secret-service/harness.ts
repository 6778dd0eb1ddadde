import type { SecretServiceOptions } from '../../src/adapters/secret-service/secret-service.ts';
import type { Harness } from '../contract/harness.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { fingerprint } from './stored-items.ts';
import { storeOn } from './stores.ts';

/** A running provider with an unlocked collection. */
export interface Provider {
  readonly bus: SessionBus;
  /** The environment of a program that uses this provider. */
  readonly environment: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Returns the harness of the store over the provider that `start` starts. `why` says why it can't run here. */
export function providerHarness(
  name: string,
  why: string | undefined,
  start: () => Promise<Provider>,
  options: Partial<SecretServiceOptions> = {},
): Harness {
  let provider: Provider | undefined;
  const running = (): Provider => {
    if (provider === undefined) throw new Error('the harness has not been started');
    return provider;
  };
  return {
    name,
    ...(why !== undefined && { missing: why }),
    async start() {
      provider = await start();
    },
    stop: async () => provider?.stop(),
    open: async () => storeOn(running().environment, options),
    probe: async () => storeOn(running().environment, options),
    contents: () => fingerprint(running().bus),
  };
}
