import { createHash } from 'node:crypto';
import { inBatches } from '../../src/adapters/secret-service/batches.ts';
import { ownerOf, serviceName } from '../../src/adapters/secret-service/bus-calls.ts';
import {
  attributesOf,
  getSecret,
  itemsOf,
  openSession,
  type Peer,
  readDefaultAlias,
} from '../../src/adapters/secret-service/service-calls.ts';
import { Connection } from '../../src/adapters/secret-service/wire/connection.ts';
import type { Harness } from '../contract/harness.ts';
import { type KeePassXC, missing, startKeePassXC } from '../support/keepassxc.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { storeOn } from './stores.ts';

/** The store over a KeePassXC of its own. */
export function keepassxcHarness(): Harness {
  const why = missing();
  let keepassxc: KeePassXC | undefined;
  const running = (): KeePassXC => {
    if (keepassxc === undefined) throw new Error('the harness has not been started');
    return keepassxc;
  };
  return {
    name: 'keepassxc',
    ...(why !== undefined && { missing: why }),
    async start() {
      keepassxc = await startKeePassXC('open');
    },
    stop: async () => keepassxc?.stop(),
    open: async () => storeOn(running().environment),
    probe: async () => storeOn(running().environment),
    contents: () => fingerprint(running().bus),
  };
}

/** What is asked over a connection of its own about the exposed database. */
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

/** Every exposed entry, which a search for nothing in particular does not find, as one line that changes when one does. */
function fingerprint(bus: SessionBus): Promise<string> {
  return asking(bus, async (peer, collection) => {
    const session = await openSession(peer);
    const lines = await inBatches(await itemsOf(peer, collection), async (path) => {
      const secret = Buffer.from(await getSecret(peer, path, session)).toString('base64');
      return JSON.stringify([Object.entries(await attributesOf(peer, path)).sort(), secret]);
    });
    return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
  });
}
