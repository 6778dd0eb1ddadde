import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { houseRemembering } from './house.ts';
import { secretServiceSituations } from './situations.ts';

/** What has not ended by then, beside what it had to wait for a busy machine, is killed, and so has no exit code. */
const limitMs = 5_000;
const silent = secretServiceSituations.filter(({ reason }) => reason === 'timed-out' || reason === 'locked');

describeStore('doctor --repair with nobody there', 'secret-service', missingSessionBus(), () => {
  test.each(silent)('and a Secret Service that $name ends within 5 s, and says why', async ({ start, words }) => {
    const { environment, stop } = await start();
    const sandbox = houseRemembering('secret-service', environment);
    try {
      const { stdout, stderr, exit } = await sandbox.begin('exec keystow doctor --repair', {}, limitMs).end;
      expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(words) });
      expect(stderr).toContain('left demo alice as it is');
      expect(stdout).toContain('Selection: the encrypted file is selected');
    } finally {
      sandbox.remove();
      await stop();
    }
  });
});
