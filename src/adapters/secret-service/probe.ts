import { randomBytes } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { Persistence, ProbeResult } from '../../domain/selection/probe-result.ts';
import { target } from './calls.ts';
import { createItemFor, deletePath, readItem, searchAll } from './items.ts';
import { SecretServiceError } from './to-error.ts';
import { asksEachTime, lockedCollection, unlockInteractively } from './unlock.ts';
import type { Attempt } from './with-retries.ts';

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
export async function tryOut(attempt: Attempt, sentinel: Sentinel): Promise<ProbeResult> {
  const { collection, session } = attempt;
  if (collection === undefined) throw new SecretServiceError('no-collection');
  const locked = await lockedCollection(attempt);
  if (locked !== undefined) await unlockInteractively(attempt, [locked]);
  if (session.provider === 'keepassxc') await lookAtEntries(attempt);
  else await roundTrip(attempt, sentinel);
  const persistence: Persistence = collection === sessionCollection ? 'until-logout' : 'until-delete';
  return { kind: 'usable', persistence, ...(session.provider && { evidence: { provider: session.provider } }) };
}

/**
 * KeePassXC, where it confirms each access, shows entries as locked, and nothing written there could be taken away
 * again without asking; where it does not, what is deleted stays in its recycle bin. So nothing is written.
 */
async function lookAtEntries(attempt: Attempt): Promise<void> {
  const entries = await searchAll(attempt);
  if (entries.some(({ locked }) => locked)) throw new SecretServiceError('locked', asksEachTime);
}

async function roundTrip(attempt: Attempt, { name, secret }: Sentinel): Promise<void> {
  const { session, operation } = attempt;
  const path = await createItemFor(attempt, name, secret);
  operation.lastWord = () => session.bus.tell({ to: target(session, path, 'Item', 'Delete') });
  try {
    const back = await readItem(attempt, name);
    if (!back?.equals(secret)) throw new SecretServiceError('round-trip-mismatch');
  } catch (error) {
    await deletePath(attempt, path).catch(() => undefined);
    throw error;
  }
  await deletePath(attempt, path);
  operation.lastWord = undefined;
}
