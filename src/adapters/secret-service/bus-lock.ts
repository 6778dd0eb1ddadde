import { releaseName, requestName } from './dbus/bus-calls.ts';
import { toSecretServiceError } from './to-error.ts';
import type { Attempt } from './with-retries.ts';

/** Owned on the bus by whoever's turn it is. The bus takes it back from a program that ends. */
const lockName = 'org.keystow.Lock';

/**
 * Does `work` when no other program of keystow's is at it, where that is needed: of two entries created at once KeePassXC
 * keeps both, and it crashes when two delete one.
 */
export async function withBusLock(attempt: Attempt, work: () => Promise<void>): Promise<void> {
  const { bus, provider } = attempt.session;
  if (provider !== 'keepassxc') return work();
  await requestName(bus, lockName).catch((error) => {
    // A sandbox may let nobody own a name; then it is as without turns.
    if (toSecretServiceError(error).code !== 'denied') throw error;
  });
  try {
    await work();
  } finally {
    await releaseName(bus, lockName).catch(() => undefined);
  }
}
