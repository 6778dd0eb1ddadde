import { acquireName, releaseName } from './bus-calls.ts';
import { toFault } from './to-error.ts';
import type { Visit } from './visit.ts';

/** Owned on the bus by whoever's turn it is. The bus takes it back from a program that ends. */
const turn = 'org.keystow.Turn';

/**
 * Does `work` when no other program of keystow's is at it, where that is needed: of two entries created at once KeePassXC
 * keeps both, and it crashes when two delete one.
 */
export async function inTurn(visit: Visit, work: () => Promise<void>): Promise<void> {
  const { bus, provider } = visit.session;
  if (provider !== 'keepassxc') return work();
  await acquireName(bus, turn).catch((error) => {
    // A sandbox may let nobody own a name; then it is as without turns.
    if (toFault(error).code !== 'denied') throw error;
  });
  try {
    await work();
  } finally {
    await releaseName(bus, turn).catch(() => undefined);
  }
}
