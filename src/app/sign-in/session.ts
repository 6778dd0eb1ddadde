import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { parseSession, type Session, validToken } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/sign-in.ts';
import type { Context } from '../context.ts';
import { getCredential } from '../credentials/get-credential.ts';

export type OpenServer = (issuer: string) => Promise<Pick<AuthorizationServer, 'refresh'>>;

/**
 * Returns an access token that is valid, or the API key. Renews an access token that has expired, as `renew` describes.
 *
 * - nobody is signed in → `undefined`
 * - there's no refresh token, or the server no longer accepts it → `not-signed-in`
 */
export async function getAccessToken(
  context: Context,
  name: CredentialName,
  openServer: OpenServer,
): Promise<string | undefined> {
  const session = await readSession(context, name);
  const token = session && validToken(session, Date.parse(context.clock()));
  if (session === undefined || token !== undefined) return token;
  // Loaded only now, so that printing a token that is still valid doesn't load what writes.
  const { renewSession } = await import('./change-session.ts');
  return renewSession(context, name, openServer);
}

/** Returns `undefined` if nobody is signed in. */
export async function readSession(context: Context, name: CredentialName): Promise<Session | undefined> {
  const secret = await getCredential(context, name);
  return secret && decodeSession(secret);
}

export function decodeSession(secret: Secret): Session {
  return parseSession(new TextDecoder().decode(secret.expose()));
}
