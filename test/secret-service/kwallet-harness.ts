import type { Harness } from '../contract/harness.ts';
import { type KWallet, missing, startKWallet } from '../support/kwallet.ts';
import { fingerprint } from './every-item.ts';
import { storeOn } from './stores.ts';

/** The store over a KWallet of its own. */
export function kwalletHarness(): Harness {
  const why = missing();
  let kwallet: KWallet | undefined;
  const running = (): KWallet => {
    if (kwallet === undefined) throw new Error('the harness has not been started');
    return kwallet;
  };
  return {
    name: 'kwallet',
    ...(why !== undefined && { missing: why }),
    async start() {
      kwallet = await startKWallet('open');
    },
    stop: async () => kwallet?.stop(),
    open: async () => storeOn(running().environment),
    probe: async () => storeOn(running().environment),
    contents: () => fingerprint(running().bus),
  };
}
