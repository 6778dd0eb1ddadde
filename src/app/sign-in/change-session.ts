import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, isSameRevision, recordWrite } from '../../domain/placement/placement-index.ts';
import { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type Session, serialiseSession } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/authorization-server.ts';
import { type Context, withLock } from '../context.ts';
import { type Removal, removeEverywhere } from '../credentials/delete-credential.ts';
import { openEnabledStore } from '../credentials/enabled-stores.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';
import { decodeSession, readSession } from './session.ts';

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

export interface SignOutResult {
  /** `nothing`: there were no tokens to revoke. An error: the server couldn't be reached, or rejected the request. */
  readonly server: 'revoked' | 'unsupported' | 'nothing' | CredentialError;
  readonly removals: readonly Removal[];
}

type FindServer = (issuer: string) => Promise<Pick<AuthorizationServer, 'revoke'>>;

/** Revokes the tokens at the server, and removes the credential from every store even if that fails. */
export async function signOut(context: Context, name: CredentialName, server: FindServer): Promise<SignOutResult> {
  const revocation = await readSession(context, name)
    .then((session) => revoke(context, session, server))
    .catch((error: unknown) => {
      if (error instanceof CredentialError && error.code !== 'cancelled') return error;
      throw error;
    });
  return { server: revocation, removals: await removeEverywhere(context, name) };
}

async function revoke(
  { signal }: Context,
  session: Session | undefined,
  server: FindServer,
): Promise<SignOutResult['server']> {
  if (session?.kind !== 'sign-in') return 'nothing';
  return (await server(session.issuer)).revoke(session.tokens, { signal });
}
