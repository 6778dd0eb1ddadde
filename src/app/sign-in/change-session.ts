import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type Session, type SignIn, serialiseSession, validToken } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/sign-in.ts';
import type { Context } from '../context.ts';
import { type Removal, removeEverywhere } from '../credentials/delete-credential.ts';
import { encodeSecret } from '../credentials/get-credential.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';
import { renewCredential, saveReceived } from '../tokens/renew-credential.ts';
import { decodeSession, type OpenServer, readSession } from './session.ts';

/** What messages call a session with tokens. */
const noun = 'sign-in';

/** Saves a session in the selected store; without one, selects it first. */
export function saveSession(context: Context, name: CredentialName, session: Session): Promise<WriteResult> {
  return setCredential(context, name, encodeSession(session));
}

/** Saves a session that can't be requested again, as {@link saveReceived} describes. */
export function saveNewSession(
  context: Context,
  name: CredentialName,
  session: Session,
  selected: Selected,
): Promise<WriteResult> {
  return saveReceived(context, name, noun, encodeSession(session), selected);
}

/** Renews the session if its access token has expired, and returns the access token or the API key. */
export async function renewSession(
  context: Context,
  name: CredentialName,
  openServer: OpenServer,
): Promise<string | undefined> {
  const token = (session: Session) => validToken(session, Date.parse(context.clock()));
  const session = await renewCredential<Session>(context, name, {
    noun,
    decode: decodeSession,
    encode: encodeSession,
    isValid: (session) => token(session) !== undefined,
    async request(session) {
      const { issuer, tokens } = session as SignIn;
      const refreshed = await (await openServer(issuer)).refresh(tokens, { signal: context.signal });
      return { ...refreshed, value: { kind: 'sign-in', issuer, tokens: refreshed.tokens } };
    },
  });
  return session?.kind === 'sign-in' ? session.tokens.accessToken : session?.key;
}

function encodeSession(session: Session): Secret {
  return encodeSecret(serialiseSession(session));
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
