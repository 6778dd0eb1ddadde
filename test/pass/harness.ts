import { createLock } from '../../src/adapters/files/lock.ts';
import { createPass, type PassOptions } from '../../src/adapters/pass/pass.ts';
import type { Harness } from '../contract/harness.ts';
import { missing, type OwnPasswordStore, ownPasswordStore } from './gnupg.ts';

/** pass over a store of the test's own, with nobody there. */
export function passOn({ environment }: Pick<OwnPasswordStore, 'environment'>, options: Partial<PassOptions> = {}) {
  return createPass({
    environment,
    sentinelService: 'keystow-tests',
    interaction: { interactive: false, notifyWaiting: () => undefined },
    exclusively: createLock({ path: `${environment.HOME}/lock`, label: 'lock of the tests' }),
    ...options,
  });
}

export function passHarness(): Harness {
  const reason = missing();
  let own: OwnPasswordStore;
  return {
    name: 'pass',
    ...(reason && { missing: reason }),
    async start() {
      own = ownPasswordStore();
    },
    async stop() {
      own.stop();
    },
    open: async () => passOn(own),
    probe: async () => passOn(own),
    contents: async () =>
      own.run('find', `${own.environment.HOME}/.password-store`, '-type', 'f', '-printf', '%P %C@\n'),
  };
}
