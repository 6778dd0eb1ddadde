import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { getSecret, searchItems } from './calls.ts';
import { attributesFor } from './item-attributes.ts';
import type { Attempt } from './with-retries.ts';

/**
 * The secret, where the one item that matches lies there unlocked. `undefined`: it takes a closer look, as of a provider
 * that may do more than search when it is searched.
 */
export async function getPlainly({ session, schema }: Attempt, name: CredentialName): Promise<Secret | undefined> {
  if (session.provider !== 'gnome-keyring') return undefined;
  const [[path, ...others], locked] = await searchItems(session, attributesFor(name, schema));
  if (path === undefined || others.length + locked.length > 0) return undefined;
  return new Secret(await getSecret(session, path, await session.path));
}
