import type { CredentialName } from '../../domain/credential-name.ts';
import type { Candidates } from '../../domain/protocols/protocol.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { findCredentials } from '../credentials/find-credentials.ts';
import { getCredential } from '../credentials/get-credential.ts';

/** A secret that a program can use now. */
export interface UsableSecret {
  readonly secret: Secret;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
}

/** A stored credential. `usable` is missing if it has expired and can't be renewed. */
export interface Candidate {
  readonly name: CredentialName;
  readonly usable?: UsableSecret;
}

/**
 * Reads a secret as {@link getCredential} does, but never returns one that has expired: then `undefined`, unless it can be
 * renewed.
 */
export async function getUsableSecret(context: Context, name: CredentialName): Promise<UsableSecret | undefined> {
  const secret = await getCredential(context, name);
  return secret && toUsable(context, name, secret);
}

/** Yields the stored credentials among the candidates. Each is read when it's asked for. Rejects as a read does. */
export async function* readCandidates(context: Context, candidates: Candidates): AsyncGenerator<Candidate, void, void> {
  for await (const { name, secret } of readSecrets(context, candidates)) {
    const usable = await toUsable(context, name, secret);
    yield { name, ...(usable && { usable }) };
  }
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

async function toUsable(_: Context, __: CredentialName, secret: Secret): Promise<UsableSecret | undefined> {
  return { secret };
}
