import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { parseSession, type Session, validToken } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/authorization-server.ts';
import type { Mutex } from '../../ports/system.ts';
import type { Context } from '../context.ts';
import { getCredential } from '../credentials/get-credential.ts';

export interface RenewalOptions {
  openServer(issuer: string): Promise<Pick<AuthorizationServer, 'refresh'>>;
  /** Shared by all processes that may renew this credential. */
  readonly withLock: Mutex;
}

/**
 * Returns an access token that is valid, or the API key. Renews an access token that has expired: if several processes need
 * that at the same time, one contacts the server, and the others use its result.
 *
 * - nobody is signed in → `undefined`
 * - there is no refresh token, or the server no longer accepts it → `not-signed-in`
 */
export async function getAccessToken(
  context: Context,
  name: CredentialName,
  { openServer, withLock }: RenewalOptions,
): Promise<string | undefined> {
  const { clock, signal } = context;
  const read = async () => {
    const session = await readSession(context, name);
    return { session, token: session && validToken(session, Date.parse(clock())) };
  };
  const { session, token } = await read();
  if (session === undefined || token !== undefined) return token;
  return withLock(
    async () => {
      const { session: current, token: renewed } = await read();
      if (current?.kind !== 'sign-in' || renewed !== undefined) return renewed;
      const tokens = await (await openServer(current.issuer)).refresh(current.tokens, { signal });
      await saveRenewed(context, name, current, { ...current, tokens });
      return tokens.accessToken;
    },
    { signal },
  );
}

/** Returns `undefined` if nobody is signed in. */
export async function readSession(context: Context, name: CredentialName): Promise<Session | undefined> {
  const secret = await getCredential(context, name);
  return secret && decodeSession(secret);
}

export function decodeSession(secret: Secret): Session {
  return parseSession(new TextDecoder().decode(secret.expose()));
}

/** Only warns on failure, because the renewed token is valid anyway. */
async function saveRenewed(context: Context, name: CredentialName, previous: Session, renewed: Session): Promise<void> {
  // Loaded only now, so that printing a token that is still valid doesn't load what writes.
  const { replaceSession } = await import('./change-session.ts');
  try {
    await replaceSession(context, name, previous, renewed);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    context.terminal.warn(
      `the renewed sign-in could not be stored, so you may have to sign in again soon: ${error.message}`,
    );
  }
}
