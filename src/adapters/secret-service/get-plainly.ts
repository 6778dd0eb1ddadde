import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { attributesFor } from './item-name.ts';
import { getSecret, searchItems } from './service-calls.ts';
import type { Visit } from './visit.ts';

/**
 * The secret, where the one item that matches lies there unlocked. `undefined`: it takes a closer look, as of a provider
 * that may do more than search when it is searched.
 */
export async function getPlainly({ session, layout }: Visit, name: CredentialName): Promise<Secret | undefined> {
  if (session.provider !== 'gnome-keyring') return undefined;
  const [[path, ...others], locked] = await searchItems(session, attributesFor(name, layout));
  if (path === undefined || others.length + locked.length > 0) return undefined;
  return new Secret(await getSecret(session, path, await session.path));
}
