import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { Session } from '../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../ports/sign-in/authorization-server.ts';
import type { Context } from './context.ts';
import { type Removal, removeEverywhere } from './credentials/delete-credential.ts';
import { readSession } from './read-session.ts';

/** What became of a sign-in: at the server, and in each store. */
export interface SignedOut {
  /** `nothing`: there was no grant to revoke. An error where the server could not be told. */
  readonly server: 'revoked' | 'unsupported' | 'nothing' | CredentialError;
  readonly removals: readonly Removal[];
}

/** Has the server forget the grant, and removes the credential from every store, whether the server answers or not. */
export async function signOut(
  context: Context,
  name: CredentialName,
  server: (issuer: string) => Promise<Pick<AuthorizationServer, 'revoke'>>,
): Promise<SignedOut> {
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
  server: (issuer: string) => Promise<Pick<AuthorizationServer, 'revoke'>>,
): Promise<SignedOut['server']> {
  if (session?.kind !== 'sign-in') return 'nothing';
  return (await server(session.issuer)).revoke(session.grant, { signal });
}
