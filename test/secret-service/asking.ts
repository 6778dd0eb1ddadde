import { type Peer, readDefaultAlias, serviceName } from '../../src/adapters/secret-service/calls.ts';
import { getNameOwner } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import type { SessionBus } from '../support/session-bus.ts';

/** What is asked over a connection of its own about the default collection, of whatever provider. */
export async function asking<T>(
  { socket }: SessionBus,
  ask: (peer: Peer, collection: string) => Promise<T>,
): Promise<T> {
  const bus = new Connection(socket);
  try {
    const peer = { bus, owner: await getNameOwner(bus, serviceName) };
    return await ask(peer, await readDefaultAlias(peer));
  } finally {
    bus.end();
  }
}
