import type { Harness } from '../contract/harness.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { fingerprint } from './stored-items.ts';
import { storeOn } from './stores.ts';

/** A provider that serves, unlocked, on a bus. */
export interface Provider {
  readonly bus: SessionBus;
  /** What a program that uses it finds it by. */
  readonly environment: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** The store over a provider that `start` brings up; `why`: why there can be none here. */
export function providerHarness(name: string, why: string | undefined, start: () => Promise<Provider>): Harness {
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
    open: async () => storeOn(running().environment),
    probe: async () => storeOn(running().environment),
    contents: () => fingerprint(running().bus),
  };
}
