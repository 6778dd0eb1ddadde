import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import { parseSession, type Session } from '../domain/sign-in/session.ts';
import type { Context } from './context.ts';
import { getCredential } from './credentials/get-credential.ts';

/** Reads a session; `undefined` when nobody is signed in. */
export async function readSession(context: Context, name: CredentialName): Promise<Session | undefined> {
  const secret = await getCredential(context, name);
  return secret && sessionIn(secret);
}

export function sessionIn(secret: Secret): Session {
  return parseSession(new TextDecoder().decode(secret.expose()));
}
