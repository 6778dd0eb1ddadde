import { ownerOf, serviceName } from '../../src/adapters/secret-service/bus-calls.ts';
import { type Peer, readDefaultAlias } from '../../src/adapters/secret-service/service-calls.ts';
import { Connection } from '../../src/adapters/secret-service/wire/connection.ts';
import type { SessionBus } from '../support/session-bus.ts';

/** What is asked over a connection of its own about the default collection, of whatever provider. */
export async function asking<T>(
  { socket }: SessionBus,
  ask: (peer: Peer, collection: string) => Promise<T>,
): Promise<T> {
  const bus = new Connection(socket);
  try {
    const peer = { bus, owner: await ownerOf(bus, serviceName) };
    return await ask(peer, await readDefaultAlias(peer));
  } finally {
    bus.end();
  }
}
