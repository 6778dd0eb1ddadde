import type { CredentialName } from '../domain/credential-name.ts';
import type { CredentialStore } from '../ports/credential-store.ts';

/** What a store has of the services that `remembered` names. */
export async function storedNames(
  store: CredentialStore,
  remembered: readonly CredentialName[],
  signal: AbortSignal,
): Promise<readonly CredentialName[]> {
  const services = new Set(remembered.map(({ service }) => service));
  return (await Promise.all([...services].map((service) => store.list(service, { signal })))).flat();
}
