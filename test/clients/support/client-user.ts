import { expect } from 'vitest';
import { type Daemons, startDaemons } from '../../cli/daemons.ts';
import { type Run, Sandbox } from '../../cli/sandbox.ts';
import type { Client } from './clients.ts';

/** Where a user's credentials are stored. */
export type ClientStore = 'the encrypted file' | 'the Secret Service';

/** Someone who uses clients in a temporary home, with the built programs on PATH and a store of its own. */
export interface ClientUser {
  readonly sandbox: Sandbox;
  readonly daemons: Daemons;
  /** Runs a shell command without a terminal, so that nothing can be asked. */
  run(command: string, environment?: Readonly<Record<string, string>>): Promise<Run>;
  /** Runs a shell command that must succeed. Returns its stdout. */
  succeed(command: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Removes the home. Throws if keystow leaked a secret, or a client left one in a file. */
  stop(): Promise<void>;
}

export interface ClientUserOptions {
  readonly store?: ClientStore;
  readonly clients?: readonly Client[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The daemons of a store, for {@link missingDaemons}. */
export function daemonsOf(store: ClientStore): string | undefined {
  return store === 'the Secret Service' ? 'gnome-keyring unlocked' : undefined;
}

export async function startClientUser(options: ClientUserOptions = {}): Promise<ClientUser> {
  const { store = 'the encrypted file', clients = [], environment = {} } = options;
  const daemons = await startDaemons(daemonsOf(store));
  const sandbox = new Sandbox({ ...daemons.environment, ...environment });
  // Before the system's folders: those may have an older version of the client.
  const [bin = '', ...system] = (sandbox.environment.PATH ?? '').split(':');
  sandbox.environment.PATH = [...new Set([bin, ...clients.map(({ folder }) => folder), ...system])].join(':');
  const run: ClientUser['run'] = (command, environment) => sandbox.begin(detach(command), environment).end;
  return {
    sandbox,
    daemons,
    run,
    async succeed(command, environment) {
      const result = await run(command, environment);
      expect(result, `${command}: ${result.stderr}`).toMatchObject({ exit: 0 });
      return result.stdout;
    },
    async stop() {
      try {
        sandbox.remove();
      } finally {
        await daemons.stop();
      }
    },
  };
}

/** A command in a session of its own, which has no terminal (setsid(1)). */
function detach(command: string): string {
  return `exec setsid --wait /bin/sh -c '${command.replaceAll("'", "'\\''")}'`;
}
