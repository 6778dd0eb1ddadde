import { createHash } from 'node:crypto';
import {
  getSecret,
  noObject,
  openSession,
  type Peer,
  readAttributes,
  readDefaultAlias,
  readItems,
  serviceName,
} from '../../src/adapters/secret-service/calls.ts';
import { getNameOwner } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { inBatches } from '../../src/adapters/secret-service/items/matches.ts';
import { eventually } from '../support/eventually.ts';
import type { SessionBus } from '../support/session-bus.ts';

/** An item as the provider stores it, no matter which program wrote it. */
export interface StoredItem {
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly secret: Uint8Array;
}

/** Returns all items of the default collection, which must be unlocked, sorted by path. */
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
 * Returns a hash of all attributes and secrets, without the paths. Ignores `xdg:schema`: gnome-keyring adds one to every
 * item when it reads its file again, which happens within a second after a write.
 */
export async function fingerprint(bus: SessionBus): Promise<string> {
  const lines = (await readAllItems(bus)).map(({ attributes: { 'xdg:schema': _, ...others }, secret }) =>
    JSON.stringify([Object.entries(others).sort(), Buffer.from(secret).toString('base64')]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Runs `ask` on the default collection of any provider, over its own connection. */
export async function withDefaultCollection<T>(
  { socket }: SessionBus,
  ask: (peer: Peer, collection: string) => Promise<T>,
): Promise<T> {
  const bus = new Connection(socket);
  try {
    const peer = { bus, owner: await getNameOwner(bus, serviceName) };
    // gnome-keyring has none for a moment while it reads its files again.
    const collection = await eventually(async () => {
      const path = await readDefaultAlias(peer);
      if (path === noObject) throw new Error('no default collection');
      return path;
    });
    return await ask(peer, collection);
  } finally {
    bus.end();
  }
}
