import type { CredentialName } from '../domain/credential-name.ts';
import { findEntry, recordWrite } from '../domain/placement/placement-index.ts';
import { Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import { type Session, serialiseSession } from '../domain/sign-in/session.ts';
import type { Context } from './context.ts';
import { openEnabledStore } from './credentials/enabled-stores.ts';
import { setCredential, type WriteResult } from './credentials/set-credential.ts';

/** Keeps a session in the store that was chosen for it. */
export function keepSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected?: Selected,
): Promise<WriteResult> {
  return setCredential(context, name, secretOf(session), selected);
}

/** Keeps a newer session in the store that has the older one, without choosing anew. */
export async function replaceSession(context: Context, name: CredentialName, session: Session): Promise<void> {
  const { placement, clock, signal } = context;
  const before = findEntry((await placement.read()).placement, name);
  if (before === undefined) {
    await keepSession(context, name, session);
    return;
  }
  const store = await openEnabledStore(context, before.store);
  await store.set(name, secretOf(session), { signal });
  const at = clock();
  await placement.update((now) => recordWrite(now, name, before.store, at));
}

function secretOf(session: Session): Secret {
  return new Secret(new TextEncoder().encode(serialiseSession(session)));
}
