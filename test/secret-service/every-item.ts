import { createHash } from 'node:crypto';
import { getSecret, openSession, readAttributes, readItems } from '../../src/adapters/secret-service/calls.ts';
import { inBatches } from '../../src/adapters/secret-service/items.ts';
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
  const lines = (await everyItem(bus)).map(({ attributes: { 'xdg:schema': _, ...others }, secret }) =>
    JSON.stringify([Object.entries(others).sort(), Buffer.from(secret).toString('base64')]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
