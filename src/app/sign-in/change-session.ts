import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, recordWrite } from '../../domain/placement/placement-index.ts';
import { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type Session, type SignIn, serialiseSession, validToken } from '../../domain/sign-in/session.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { AuthorizationServer } from '../../ports/sign-in/sign-in.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { type Removal, removeEverywhere } from '../credentials/delete-credential.ts';
import { getSearchOrder, openEnabledStore } from '../credentials/enabled-stores.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';
import { renew } from './renew.ts';
import { type AccessTokenOptions, readSession } from './session.ts';

/** How often to try again if another process is using the store. */
const maxAttempts = 3;

/** Saves a session in the selected store; without one, selects it first. */
export function saveSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected?: Selected,
): Promise<WriteResult> {
  return setCredential(context, name, encodeSession(session), { ...(selected && { selected }) });
}

/**
 * Saves a session that has just been received and can't be requested again: whether or not the command was cancelled
 * meanwhile, and if the selected store fails, in another one that the settings allow, with a warning. If all fail, rejects
 * with the error of the selected one.
 */
export async function saveNewSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected: Selected,
): Promise<WriteResult> {
  const persistent = withoutCancellation(context);
  try {
    return await saveSession(persistent, name, session, selected);
  } catch (error) {
    const stored = await saveElsewhere(persistent, name, session, selected.store, error);
    if (stored === undefined) throw error;
    return stored;
  }
}

/** Renews the session if its access token has expired, and returns the access token or the API key. */
export async function renewSession(
  context: Context,
  name: CredentialName,
  { openServer, withLock, uninterrupted }: AccessTokenOptions,
): Promise<string | undefined> {
  const { signal } = context;
  const persistent = withoutCancellation(context);
  const token = (session: Session) => validToken(session, Date.parse(context.clock()));
  const session = await renew<Session>(
    {
      read: () => readSession(context, name),
      isValid: (session) => token(session) !== undefined,
      isSame: isSameSession,
      checkWritable: (session) => checkWritable(context, name, session),
      async request(session) {
        const { issuer, tokens } = session as SignIn;
        const refreshed = await (await openServer(issuer)).refresh(tokens, { signal });
        return { ...refreshed, value: { kind: 'sign-in', issuer, tokens: refreshed.tokens } };
      },
      store: (renewed, previous) => saveRenewed(persistent, name, renewed, previous),
    },
    { withLock, uninterrupted, signal },
  );
  return session?.kind === 'sign-in' ? session.tokens.accessToken : session?.key;
}

/** Writes the session over itself, because only a write shows whether the store can be written. */
async function checkWritable(context: Context, name: CredentialName, session: Session): Promise<void> {
  const { placement, signal } = context;
  const entry = findEntry((await placement.read(name)).placement, name);
  if (entry === undefined) {
    await saveSession(context, name, session);
    return;
  }
  const store = await openEnabledStore(context, entry.store);
  await withLock(context, name, async () => {
    const current = await readSession(context, name);
    if (current && isSameSession(current, session)) await store.set(name, encodeSession(session), { signal });
  });
}

/** Only warns on failure, because the renewed token is valid anyway. */
async function saveRenewed(context: Context, name: CredentialName, renewed: Session, previous: Session): Promise<void> {
  const entry = findEntry((await context.placement.read(name)).placement, name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await replaceSession(context, name, renewed, previous);
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      if (error.code === 'file-busy' && attempt < maxAttempts) continue;
      if (entry && (await saveElsewhere(context, name, renewed, entry.store, error))) return;
      context.terminal.warn(
        `the renewed sign-in could not be stored, so you may have to sign in again soon: ${error.message}`,
        error.hint,
      );
      return;
    }
  }
}

/**
 * Replaces a session in the store that has it, without a new selection. Does nothing if the stored session isn't `previous`
 * any more: somebody has signed in again or signed out.
 */
async function replaceSession(
  context: Context,
  name: CredentialName,
  renewed: Session,
  previous: Session,
): Promise<void> {
  const { placement, clock, signal } = context;
  await withLock(context, name, async (held) => {
    const current = await readSession(context, name);
    if (current === undefined || !isSameSession(current, previous)) return;
    const entry = findEntry((await placement.read(name)).placement, name);
    if (entry === undefined || !held()) throw changedMeanwhileError(name);
    const store = await openEnabledStore(context, entry.store);
    await store.set(name, encodeSession(renewed), { signal });
    const at = clock();
    await placement.update((now) => recordWrite(now, name, entry.store, at), name);
  });
}

/** Returns `undefined` if no other store works either. */
async function saveElsewhere(
  context: Context,
  name: CredentialName,
  session: Session,
  failed: StoreId,
  failure: unknown,
): Promise<WriteResult | undefined> {
  for (const store of getSearchOrder(context).filter((id) => id !== failed)) {
    try {
      const stored = await saveSession(context, name, session, { status: 'selected', store, skipped: [], rules: [] });
      const reason = findStoreError(failure);
      context.terminal.warn(
        `the sign-in is now in the ${storeNames[store]}, because the ${storeNames[failed]} failed: ${reason}`,
      );
      return stored;
    } catch {}
  }
  return undefined;
}

/** Returns the store's own message: reading adds when the credential was stored there. */
function findStoreError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof CredentialError ? findStoreError(error.cause) : error.message;
}

function withoutCancellation(context: Context): Context {
  return { ...context, signal: new AbortController().signal };
}

function isSameSession(one: Session, other: Session): boolean {
  return serialiseSession(one) === serialiseSession(other);
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
