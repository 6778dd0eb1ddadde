import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, isSameRevision, type PlacementEntry } from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, checkPolicy, openEnabledStore, searchOrder } from '../context.ts';

/**
 * Reads a secret from the store that it was written to, whatever the environment says today; where nothing is
 * remembered of it, from the first store that has it.
 *
 * - kept nowhere → `undefined`
 * - the store that it was written to does not serve → rejects, naming the store and the day
 * - nothing is remembered, nothing found, and a store could not be asked → rejects with that store's error
 */
export async function getCredential(context: Context, name: CredentialName): Promise<Secret | undefined> {
  await checkPolicy(context);
  const placed = await readEntry(context, name);
  const secret = await readFrom(context, name, placed);
  // Not found, and moved meanwhile: it may have been where nobody looked any more, or not yet.
  if (secret === undefined && !isSameRevision(placed, await readEntry(context, name)))
    return getCredential(context, name);
  return secret;
}

async function readEntry({ placement }: Context, name: CredentialName): Promise<PlacementEntry | undefined> {
  return findEntry((await placement.read()).placement, name);
}

async function readFrom(
  context: Context,
  name: CredentialName,
  placed: PlacementEntry | undefined,
): Promise<Secret | undefined> {
  if (placed === undefined) return search(context, name, searchOrder(context));
  try {
    const store = await openEnabledStore(context, placed.store);
    const secret = await store.get(name, { signal: context.signal });
    if (secret !== undefined) return secret;
  } catch (error) {
    const { withPlacement } = await import('./store-error.ts');
    throw withPlacement(error, placed, context);
  }
  const known = [placed.store, ...placed.stale];
  return search(
    context,
    name,
    searchOrder(context).filter((id) => !known.includes(id)),
  );
}

async function search(context: Context, name: CredentialName, order: readonly StoreId[]): Promise<Secret | undefined> {
  const failures: unknown[] = [];
  for (const id of order) {
    try {
      const store = await openEnabledStore(context, id);
      const secret = await store.get(name, { signal: context.signal });
      if (secret !== undefined) return secret;
    } catch (error) {
      const { isUnsupported, withFix } = await import('./store-error.ts');
      if (!isUnsupported(error)) failures.push(withFix(error, id, context));
    }
  }
  if (failures.length > 0) throw failures[0];
  return undefined;
}
