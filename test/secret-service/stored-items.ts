import { createHash } from 'node:crypto';
import {
  getSecret,
  openSession,
  type Peer,
  readAttributes,
  readDefaultAlias,
  readItems,
  serviceName,
} from '../../src/adapters/secret-service/calls.ts';
import { getNameOwner } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { inBatches } from '../../src/adapters/secret-service/items.ts';
import type { SessionBus } from '../support/session-bus.ts';

/** An item as it is kept, whoever wrote it. */
export interface StoredItem {
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly secret: Uint8Array;
}

/** Every item of the default collection, which is unlocked, in order. */
export function readAllItems(bus: SessionBus): Promise<StoredItem[]> {
  return withDefaultCollection(bus, async (peer, collection) => {
    const session = await openSession(peer);
    const paths = await readItems(peer, collection);
    return inBatches(paths.sort(), async (path) => ({
      path,
      attributes: await readAttributes(peer, path),
      secret: await getSecret(peer, path, session),
    }));
  });
}

/**
 * What the provider keeps, paths aside, as one line that changes when it does. Without `xdg:schema`: gnome-keyring gives
 * every item one when it reads its file again, which it does within a second of having written it.
 */
export async function fingerprint(bus: SessionBus): Promise<string> {
  const lines = (await readAllItems(bus)).map(({ attributes: { 'xdg:schema': _, ...others }, secret }) =>
    JSON.stringify([Object.entries(others).sort(), Buffer.from(secret).toString('base64')]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** What is asked over a connection of its own about the default collection, of whatever provider. */
export async function withDefaultCollection<T>(
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
