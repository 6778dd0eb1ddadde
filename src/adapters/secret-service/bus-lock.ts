import { releaseName, requestName } from './dbus/bus-calls.ts';
import { toSecretServiceError } from './to-error.ts';
import type { Attempt } from './with-retries.ts';

/** The program that owns this name on the bus holds the lock. The bus releases it when the program ends. */
const lockName = 'org.keystow.Lock';

/**
 * Calls `work` while no other process of keystow changes the provider's items. Only KeePassXC needs this: it keeps both of
 * two entries that are created at the same time, and crashes if two clients delete one.
 */
export async function withBusLock(attempt: Attempt, work: () => Promise<void>): Promise<void> {
  const { bus, provider } = attempt.session;
  if (provider !== 'keepassxc') return work();
  await requestName(bus, lockName).catch((error) => {
    // A sandbox may let nobody own a name. Changes are then made without the lock.
    if (toSecretServiceError(error).code !== 'denied') throw error;
  });
  try {
    await work();
  } finally {
    await releaseName(bus, lockName).catch(() => undefined);
  }
}
