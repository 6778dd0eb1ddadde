import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { isExpired, type Session, type SignIn } from '../domain/sign-in/session.ts';
import type { Mutex } from '../ports/mutex.ts';
import type { AuthorizationServer } from '../ports/sign-in/authorization-server.ts';
import type { Context } from './context.ts';
import { readSession } from './read-session.ts';

/** A token that ends within this time is renewed before it is given out, so that it holds while it is used. */
export const marginMs = 60_000;

export interface Renewal {
  /** The server of an issuer. */
  server(issuer: string): Promise<Pick<AuthorizationServer, 'refresh'>>;
  /** The same for all processes that may renew this credential. */
  readonly exclusively: Mutex;
}

/**
 * Gives an access token that holds, or the API key where that is what is kept. An expired one is renewed: of all the
 * processes that find it so at once, one asks the server, and the others take what it brought back.
 *
 * - nobody is signed in → `undefined`
 * - the server no longer takes the refresh token, or there is none → rejects with `not-signed-in`
 */
export async function accessToken(
  context: Context,
  name: CredentialName,
  { server, exclusively }: Renewal,
): Promise<string | undefined> {
  const session = await readSession(context, name);
  if (session === undefined || !needsRenewal(session, nowMs(context))) return tokenOf(session);
  return exclusively(
    async () => {
      const current = await readSession(context, name);
      if (current === undefined || !needsRenewal(current, nowMs(context))) return tokenOf(current);
      const grant = await (await server(current.issuer)).refresh(current.grant, { signal: context.signal });
      await keep(context, name, { ...current, grant });
      return grant.accessToken;
    },
    { signal: context.signal },
  );
}

/** The access token or the API key, where nothing is to be renewed for it. `nowMs`: since the epoch. */
export function tokenThatHolds(session: Session, nowMs: number): string | undefined {
  return needsRenewal(session, nowMs) ? undefined : tokenOf(session);
}

function needsRenewal(session: Session, nowMs: number): session is SignIn {
  return session.kind === 'sign-in' && isExpired(session.grant, nowMs, marginMs);
}

function nowMs({ clock }: Context): number {
  return Date.parse(clock());
}

function tokenOf(session: Session | undefined): string | undefined {
  return session?.kind === 'sign-in' ? session.grant.accessToken : session?.key;
}

/** The token is good even where it cannot be kept; what that means for the next time is said. */
async function keep(context: Context, name: CredentialName, session: Session): Promise<void> {
  const { replaceSession } = await import('./keep-session.ts');
  try {
    await replaceSession(context, name, session);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    context.terminal.warn(
      `the renewed sign-in could not be stored, so the next one may have to be new: ${error.message}`,
    );
  }
}
