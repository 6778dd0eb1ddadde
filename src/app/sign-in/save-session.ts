import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, isSameRevision, recordWrite } from '../../domain/placement/placement-index.ts';
import { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type Session, serialiseSession } from '../../domain/sign-in/session.ts';
import { type Context, withLock } from '../context.ts';
import { openEnabledStore } from '../credentials/enabled-stores.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';
import { decodeSession } from './session.ts';

/** Saves a session in the selected store; without one, selects it first. */
export function saveSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected?: Selected,
): Promise<WriteResult> {
  return setCredential(context, name, encodeSession(session), selected);
}

/**
 * Replaces a session in the store that has it, without a new selection. Does nothing if the session there isn't `previous`
 * any more: somebody has signed in again or signed out.
 */
export async function replaceSession(
  context: Context,
  name: CredentialName,
  previous: Session,
  renewed: Session,
): Promise<void> {
  const { placement, clock, signal } = context;
  const entry = findEntry((await placement.read(name)).placement, name);
  if (entry === undefined) {
    await saveSession(context, name, renewed);
    return;
  }
  const store = await openEnabledStore(context, entry.store);
  await withLock(context, name, async (held) => {
    const current = await store.get(name, { signal });
    const isUnchanged = isSameRevision(findEntry((await placement.read(name)).placement, name), entry);
    if (!isUnchanged || !isSameSession(current, previous) || !held()) return;
    await store.set(name, encodeSession(renewed), { signal });
    const at = clock();
    await placement.update((now) => recordWrite(now, name, entry.store, at), name);
  });
}

function isSameSession(secret: Secret | undefined, session: Session): boolean {
  return secret !== undefined && serialiseSession(decodeSession(secret)) === serialiseSession(session);
}

function encodeSession(session: Session): Secret {
  return new Secret(new TextEncoder().encode(serialiseSession(session)));
}
