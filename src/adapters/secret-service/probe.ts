import { randomBytes } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { Persistence, ProbeResult } from '../../domain/selection/probe-result.ts';
import { createCredential, deletePath, getCredential } from './credentials.ts';
import { Fault } from './fault.ts';
import { searchAll } from './items.ts';
import { asksEachTime, lockedCollection, unlockAttended } from './lock.ts';
import { target } from './service-calls.ts';
import type { Visit } from './visit.ts';

/** What a probe writes for a moment. */
export interface Sentinel {
  readonly name: CredentialName;
  readonly secret: Secret;
}

export function newSentinel(service: string): Sentinel {
  const account = `probe-${randomBytes(16).toString('hex')}`;
  return { name: { service, account }, secret: new Secret(randomBytes(32)) };
}

/** gnome-keyring's collection in memory, which is the default one where it was started without a login collection. */
const sessionCollection = '/org/freedesktop/secrets/collection/session';

/** Looks, then has the default collection keep the sentinel and give it back. */
export async function tryOut(visit: Visit, sentinel: Sentinel): Promise<ProbeResult> {
  const { collection, session } = visit;
  if (collection === undefined) throw new Fault('no-collection');
  const locked = await lockedCollection(visit);
  if (locked !== undefined) await unlockAttended(visit, [locked]);
  if (session.provider === 'keepassxc') await lookAtEntries(visit);
  else await roundTrip(visit, sentinel);
  const persistence: Persistence = collection === sessionCollection ? 'until-logout' : 'until-delete';
  return { kind: 'usable', persistence, ...(session.provider && { evidence: { provider: session.provider } }) };
}

/**
 * KeePassXC, where it confirms each access, shows entries as locked, and nothing written there could be taken away
 * again without asking; where it does not, what is deleted stays in its recycle bin. So nothing is written.
 */
async function lookAtEntries(visit: Visit): Promise<void> {
  const entries = await searchAll(visit);
  if (entries.some(({ locked }) => locked)) throw new Fault('locked', asksEachTime);
}

async function roundTrip(visit: Visit, { name, secret }: Sentinel): Promise<void> {
  const { session, operation } = visit;
  const path = await createCredential(visit, name, secret);
  operation.lastWord = () => session.bus.tell({ to: target(session, path, 'Item', 'Delete') });
  try {
    const back = await getCredential(visit, name);
    if (!back?.equals(secret)) throw new Fault('round-trip-mismatch');
  } catch (error) {
    await deletePath(visit, path).catch(() => undefined);
    throw error;
  }
  await deletePath(visit, path);
  operation.lastWord = undefined;
}
