import { createHash } from 'node:crypto';
import { inBatches } from '../../src/adapters/secret-service/batches.ts';
import { attributesOf, itemsOf } from '../../src/adapters/secret-service/further-calls.ts';
import { getSecret, openSession } from '../../src/adapters/secret-service/service-calls.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { asking } from './asking.ts';

/** An item as it is kept, whoever wrote it. */
export interface KeptItem {
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly secret: Uint8Array;
}

/** Every item of the default collection, which is unlocked, in order. */
export function everyItem(bus: SessionBus): Promise<KeptItem[]> {
  return asking(bus, async (peer, collection) => {
    const session = await openSession(peer);
    const paths = await itemsOf(peer, collection);
    return inBatches(paths.sort(), async (path) => ({
      path,
      attributes: await attributesOf(peer, path),
      secret: await getSecret(peer, path, session),
    }));
  });
}

/**
 * What the provider keeps, paths aside, as one line that changes when it does. Without `xdg:schema`: gnome-keyring gives
 * every item one when it reads its file again, which it does within a second of having written it.
 */
export async function fingerprint(bus: SessionBus): Promise<string> {
  const lines = (await everyItem(bus)).map(({ attributes: { 'xdg:schema': _, ...others }, secret }) =>
    JSON.stringify([Object.entries(others).sort(), Buffer.from(secret).toString('base64')]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
