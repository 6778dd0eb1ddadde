import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { Persistence, ProbeResult } from '../../domain/selection/probe-result.ts';
import { deleteMethod } from './calls.ts';
import { createItem, deletePath, searchAll } from './items/change-items.ts';
import { readItem } from './items/read-item.ts';
import { SecretServiceError } from './operation.ts';
import { asksEachTime, findLockedCollection, unlockInteractively } from './unlock.ts';
import type { Attempt } from './with-retries.ts';

/** What a probe writes, reads back and deletes. */
export interface Sentinel {
  readonly name: CredentialName;
  readonly secret: Secret;
}

export function createSentinel(service: string): Sentinel {
  // Reading a secret loads this file, and shouldn't load Node's ciphers.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const account = `probe-${randomBytes(16).toString('hex')}`;
  return { name: { service, account }, secret: new Secret(randomBytes(32)) };
}

/** gnome-keyring's collection in memory, which is the default one if the daemon was started without a login collection. */
export const sessionCollection = '/org/freedesktop/secrets/collection/session';

/** Checks that the default collection keeps the sentinel and returns it. */
export async function probe(attempt: Attempt, sentinel: Sentinel): Promise<ProbeResult> {
  const { collection, session } = attempt;
  if (collection === undefined) throw new SecretServiceError('no-collection');
  const locked = await findLockedCollection(attempt);
  if (locked !== undefined) await unlockInteractively(attempt, [locked]);
  if (session.provider === 'keepassxc') await checkEntries(attempt);
  else await writeAndReadBack(attempt, sentinel);
  const persistence: Persistence = collection === sessionCollection ? 'until-logout' : 'until-delete';
  const { provider, otherBus } = session;
  const evidence = { ...(provider && { provider }), ...(otherBus && { otherBus }) };
  return { kind: 'usable', persistence, ...((provider || otherBus) && { evidence }) };
}

/**
 * Writes nothing: if KeePassXC confirms each access, it shows its entries as locked, and a new one couldn't be deleted
 * without asking; if it doesn't, a deleted entry stays in its recycle bin.
 */
async function checkEntries(attempt: Attempt): Promise<void> {
  const entries = await searchAll(attempt);
  if (entries.some(({ locked }) => locked)) throw new SecretServiceError('locked', asksEachTime);
}

async function writeAndReadBack(attempt: Attempt, { name, secret }: Sentinel): Promise<void> {
  const { session, operation } = attempt;
  const path = await createItem(attempt, name, secret, { replaces: true });
  operation.cleanUp = () => session.bus.callWithoutReply(deleteMethod(session, path));
  try {
    const readBack = await readItem(attempt, name, { readsForeign: false });
    if (!readBack?.secret.equals(secret)) throw new SecretServiceError('round-trip-mismatch');
  } catch (error) {
    await deletePath(attempt, path).catch(() => undefined);
    throw error;
  }
  await deletePath(attempt, path);
  operation.cleanUp = undefined;
}
