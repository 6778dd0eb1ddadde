import type { Context } from '../app/context.ts';
import { getCredential } from '../app/credentials/get-credential.ts';
import { toCredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { Cli } from './cli.ts';
import { notFound } from './not-found.ts';

/** The secret of a credential, and the context that it was read in. Kept nowhere → rejects with `not-found`. */
export async function requireSecret(
  cli: Cli,
  service: string,
  account: string,
): Promise<{ readonly secret: Secret; readonly context: Context }> {
  const name = toCredentialName(service, account);
  const context = cli.context();
  const secret = await getCredential(context, name);
  if (secret === undefined) throw notFound(name, cli.profile.program);
  return { secret, context };
}
