import { type KeyringState, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { missingSessionBus, startSessionBus } from '../support/session-bus.ts';

/** What is there beside the programs. */
export interface Surroundings {
  /** What a program sees of it in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes something happen: `restart STATE`, `freeze` or `thaw`. */
  befall(event: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why they cannot be had here: those of a line `with gnome-keyring STATE` or `with session-bus`. */
export function missingSurroundings(wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  return wanted.startsWith('gnome-keyring ') ? missing() : missingSessionBus();
}

export async function startSurroundings(wanted: string | undefined): Promise<Surroundings> {
  if (wanted === undefined) return { environment: {}, befall: unknownEvent, stop: async () => {} };
  const [kind, state] = wanted.split(' ');
  if (kind === 'session-bus') {
    const bus = await startSessionBus();
    return { environment: { DBUS_SESSION_BUS_ADDRESS: bus.address }, befall: unknownEvent, stop: () => bus.stop() };
  }
  if (kind !== 'gnome-keyring') throw new Error(`surroundings that nobody knows: ${wanted}`);
  const keyring = await startGnomeKeyring(state as KeyringState);
  return {
    environment: { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address },
    async befall(event) {
      const [verb, argument] = event.split(' ');
      if (verb === 'restart') await keyring.restart(argument as KeyringState);
      else if (verb === 'freeze') keyring.freeze();
      else if (verb === 'thaw') keyring.thaw();
      else await unknownEvent(event);
    },
    stop: () => keyring.stop(),
  };
}

async function unknownEvent(event: string): Promise<void> {
  throw new Error(`an event that nobody knows: ${event}`);
}
