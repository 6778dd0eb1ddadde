import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { isExpired } from '../../domain/placement/expiry.ts';
import type { Candidates } from '../../domain/protocols/protocol.ts';
import { Secret } from '../../domain/secret.ts';
import { parseStoredTokenSet } from '../../domain/token-set.ts';
import type { Context } from '../context.ts';
import { findCredentials } from '../credentials/find-credentials.ts';
import { decodeSecret, getCredential, readEntry } from '../credentials/get-credential.ts';
import { getTokens } from '../tokens/get-tokens.ts';

/** A secret that a program can use now. Of a token set, the access token. */
export interface UsableSecret {
  readonly secret: Secret;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
}

/** A stored credential. */
export interface Candidate {
  readonly name: CredentialName;
  /** Missing if it has expired. */
  readonly usable?: UsableSecret;
  /** Why the tokens couldn't be renewed. Of any other expired credential, `getCredential` has warned. */
  readonly error?: CredentialError;
}

/**
 * Reads a secret as {@link getCredential} does, but renews a token set, and never returns a secret that has expired.
 *
 * - expired, or nothing is stored → `undefined`
 * - tokens are to be renewed, and the server can't be reached → `refresh-failed`; otherwise as {@link getTokens}
 */
export async function getUsableSecret(context: Context, name: CredentialName): Promise<UsableSecret | undefined> {
  const secret = await getCredential(context, name);
  return secret && (await toCandidate(context, name, secret)).usable;
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
  const text = decodeSecret(secret);
  if (text !== undefined && parseStoredTokenSet(text) !== undefined) return getRenewed(context, name);
  const entry = await readEntry(context.placement, name);
  if (entry?.expiresAt === undefined) return { name, usable: { secret } };
  if (isExpired(entry, context.clock())) return { name };
  return { name, usable: { secret, expiresAt: entry.expiresAt } };
}

async function getRenewed(context: Context, name: CredentialName): Promise<Candidate> {
  try {
    const tokens = await getTokens(context, name);
    // Another process has removed it meanwhile.
    if (tokens === undefined) return { name };
    const { accessToken, expiresAt } = tokens;
    const secret = new Secret(new TextEncoder().encode(accessToken));
    return { name, usable: { secret, ...(expiresAt !== undefined && { expiresAt }) } };
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'refresh-rejected') return { name, error };
    throw error;
  }
}
