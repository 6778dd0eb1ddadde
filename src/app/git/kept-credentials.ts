import type { CredentialName } from '../../domain/credential-name.ts';
import { type Attributes, findValue } from '../../domain/protocols/git/attributes.ts';
import { parseGitSecret, toGitName, toGitService } from '../../domain/protocols/git/git-credential.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { credentialsOf } from '../credentials-of.ts';
import { getCredential } from '../get-credential.ts';

/** A credential of git's that is kept. */
export interface KeptForGit {
  readonly name: CredentialName;
  readonly kept: Attributes;
}

/**
 * The credentials that a request of git's is about: of the user that it names, else of every user of that place, the one
 * written last first. Rejects as {@link getCredential} and {@link credentialsOf} do.
 */
export async function* keptCredentials(context: Context, request: Attributes): AsyncGenerator<KeptForGit, void, void> {
  const service = toGitService(request);
  const username = findValue(request, 'username');
  if (username === undefined) {
    for await (const { name, secret } of credentialsOf(context, service)) yield { name, kept: keptIn(secret) };
    return;
  }
  const name = toGitName(service, username);
  const secret = await getCredential(context, name);
  if (secret !== undefined) yield { name, kept: keptIn(secret) };
}

export function keptIn(secret: Secret): Attributes {
  return parseGitSecret(Buffer.from(secret.expose()).toString('latin1'));
}
