import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { isExpired } from '../../domain/placement/expiry.ts';
import type { Candidates } from '../../domain/protocols/protocol.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { findCredentials } from '../credentials/find-credentials.ts';
import { getCredential, readEntry } from '../credentials/get-credential.ts';
import { getAccessToken } from '../tokens/get-tokens.ts';

/** A stored credential. */
export interface Candidate {
  readonly name: CredentialName;
  /** What a program can use now: of a token set, the access token. Missing if it has expired. */
  readonly usable?: { readonly secret: Secret; readonly expiresAt?: string };
  /** Why the tokens couldn't be renewed. Of any other expired credential, `getCredential` has warned. */
  readonly error?: CredentialError;
}

/** Yields the stored credentials among the candidates. Each is read when it's asked for. Rejects as a read does. */
export async function* readCandidates(context: Context, candidates: Candidates): AsyncGenerator<Candidate, void, void> {
  for await (const { name, secret } of readSecrets(context, candidates)) yield toCandidate(context, name, secret);
}

/** Yields the secrets of the candidates, expired ones too. */
export async function* readSecrets(
  context: Context,
  candidates: Candidates,
): AsyncGenerator<{ readonly name: CredentialName; readonly secret: Secret }, void, void> {
  if ('service' in candidates) return yield* findCredentials(context, candidates.service);
  for (const name of candidates.names) {
    const secret = await getCredential(context, name);
    if (secret !== undefined) yield { name, secret };
  }
}

async function toCandidate(context: Context, name: CredentialName, secret: Secret): Promise<Candidate> {
  try {
    const token = await getAccessToken(context, name, secret);
    if (token !== undefined) return token === 'removed' ? { name } : { name, usable: token };
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'refresh-rejected') return { name, error };
    throw error;
  }
  const entry = await readEntry(context.placement, name);
  if (entry?.expiresAt === undefined) return { name, usable: { secret } };
  if (isExpired(entry, context.clock())) return { name };
  return { name, usable: { secret, expiresAt: entry.expiresAt } };
}
