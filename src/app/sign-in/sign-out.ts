import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Session } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/authorization-server.ts';
import type { Context } from '../context.ts';
import { type Removal, removeEverywhere } from '../credentials/delete-credential.ts';
import { readSession } from './session.ts';

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
