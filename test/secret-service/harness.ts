import type { Harness } from '../contract/harness.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { fingerprint } from './every-item.ts';
import { storeOn } from './stores.ts';

/** The store over a gnome-keyring of its own. */
export function secretServiceHarness(): Harness {
  const why = missing();
  let keyring: GnomeKeyring | undefined;
  const running = (): GnomeKeyring => {
    if (keyring === undefined) throw new Error('the harness has not been started');
    return keyring;
  };
  return {
    name: 'secret-service',
    ...(why !== undefined && { missing: why }),
    async start() {
      keyring = await startGnomeKeyring('unlocked');
    },
    stop: async () => keyring?.stop(),
    open: async () => storeOn(running().environment),
    probe: async () => storeOn(running().environment),
    contents: () => fingerprint(running().bus),
  };
}
