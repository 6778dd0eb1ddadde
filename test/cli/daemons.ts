import { missingAge } from '../support/age.ts';
import { type KeyringState, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { missingSessionBus, startSessionBus } from '../support/session-bus.ts';

/** The daemons that a transcript needs: a session bus, with or without a keyring. */
export interface Daemons {
  /** The environment variables that point to them. */
  readonly environment: Readonly<Record<string, string>>;
  /** `restart STATE`, `freeze` or `thaw`. */
  trigger(event: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why they can't be started here. `wanted`: `gnome-keyring STATE` or `session-bus`, or the program `age`. */
export function missingDaemons(wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  if (wanted === 'age') return missingAge();
  return wanted.startsWith('gnome-keyring ') ? missing() : missingSessionBus();
}

export async function startDaemons(wanted: string | undefined): Promise<Daemons> {
  if (wanted === undefined || wanted === 'age') return { environment: {}, trigger: unknownEvent, stop: async () => {} };
  const [kind, state] = wanted.split(' ');
  if (kind === 'session-bus') {
    const bus = await startSessionBus();
    return { environment: { DBUS_SESSION_BUS_ADDRESS: bus.address }, trigger: unknownEvent, stop: () => bus.stop() };
  }
  if (kind !== 'gnome-keyring') throw new Error(`unknown daemons: ${wanted}`);
  const keyring = await startGnomeKeyring(state as KeyringState);
  return {
    environment: { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address },
    async trigger(event) {
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
  throw new Error(`unknown event: ${event}`);
}
