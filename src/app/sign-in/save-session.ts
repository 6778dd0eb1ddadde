import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, recordWrite } from '../../domain/placement/placement-index.ts';
import { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type Session, serialiseSession } from '../../domain/sign-in/session.ts';
import type { Context } from '../context.ts';
import { openEnabledStore } from '../credentials/enabled-stores.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';

/** Saves a session in the selected store; without one, selects it first. */
export function saveSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected?: Selected,
): Promise<WriteResult> {
  return setCredential(context, name, encodeSession(session), selected);
}

/** Replaces a session in the store that has it, without a new selection. */
export async function replaceSession(context: Context, name: CredentialName, session: Session): Promise<void> {
  const { placement, clock, signal } = context;
  const entry = findEntry((await placement.read()).placement, name);
  if (entry === undefined) {
    await saveSession(context, name, session);
    return;
  }
  const store = await openEnabledStore(context, entry.store);
  await store.set(name, encodeSession(session), { signal });
  const at = clock();
  await placement.update((now) => recordWrite(now, name, entry.store, at));
}

function encodeSession(session: Session): Secret {
  return new Secret(new TextEncoder().encode(serialiseSession(session)));
}
