import { type CredentialName, isSameName } from '../../domain/credential-name.ts';
import { sortNewestFirst } from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import { type Context, checkPolicy, openEnabledStore, searchOrder } from '../context.ts';
import { getCredential } from './get-credential.ts';

export interface FoundCredential {
  readonly name: CredentialName;
  readonly secret: Secret;
}

/**
 * What is kept under a service, whoever's it is: what is remembered of it first, the one written last before the others,
 * then what the stores have beside that. Each is read when it is asked for: who takes the first one reads one.
 *
 * - the store that one was written to does not serve → rejects, naming it
 * - all has been given, and a store could not be asked → rejects with that store's error
 */
export async function* findCredentials(context: Context, service: string): AsyncGenerator<FoundCredential, void, void> {
  await checkPolicy(context);
  const { placement } = await context.placement.read();
  const remembered = placement.filter((placed) => placed.service === service);
  const seen: CredentialName[] = [];
  for (const { account } of sortNewestFirst(remembered)) {
    const name = { service, account };
    seen.push(name);
    const secret = await getCredential(context, name);
    if (secret !== undefined) yield { name, secret };
  }
  yield* findUnrecorded(context, service, seen);
}

/** What the stores have of a service, but for the names in `seen`, in the order in which a read looks at them. */
async function* findUnrecorded(
  context: Context,
  service: string,
  seen: CredentialName[],
): AsyncGenerator<FoundCredential, void, void> {
  const { signal } = context;
  const failures: unknown[] = [];
  for (const id of searchOrder(context)) {
    try {
      const store = await openEnabledStore(context, id);
      for (const name of await store.list(service, { signal })) {
        if (seen.some((other) => isSameName(other, name))) continue;
        seen.push(name);
        const secret = await store.get(name, { signal });
        if (secret !== undefined) yield { name, secret };
      }
    } catch (error) {
      const { isUnsupported, withFix } = await import('./store-error.ts');
      if (!isUnsupported(error)) failures.push(withFix(error, id, context));
    }
  }
  if (failures.length > 0) throw failures[0];
}
