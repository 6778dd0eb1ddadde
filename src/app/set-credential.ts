import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { findPlaced, placed, removedFrom } from '../domain/placement.ts';
import type { Secret } from '../domain/secret.ts';
import type { PassedOver, Selected } from '../domain/selection.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { reach } from './reach.ts';
import { selectStore } from './select-store.ts';

/** Where a credential went, and why there. */
export interface Stored {
  readonly store: StoreId;
  readonly passedOver: readonly PassedOver[];
  /** Stores that still hold an older copy, because it could not be removed. */
  readonly stale: readonly StoreId[];
}

/**
 * Keeps a secret in the store that is chosen, remembers where, and removes the copies that other stores had.
 *
 * - no store may be used → rejects with a refusal's code
 * - the store fails → rejects with its error; what was kept before stays
 * - killed in between → a read gives the old secret or the new one
 */
export async function setCredential(
  context: Context,
  name: CredentialName,
  secret: Secret,
  selected?: Selected,
): Promise<Stored> {
  const { store, passedOver } = selected ?? (await selectStore(context));
  const opened = await context.stores.open(store);
  await opened.set(name, secret, { signal: context.signal });
  await remember(context, name, store);
  const { stale = [] } = findPlaced((await context.placement.read()).placement, name) ?? {};
  return { store, passedOver, stale: await removeCopies(context, name, stale) };
}

/** Where a record cannot be written, that is an error only if the record there is would lead a read astray. */
async function remember({ placement, clock, terminal }: Context, name: CredentialName, store: StoreId): Promise<void> {
  const at = clock();
  try {
    await placement.update((now) => placed(now, name, store, at));
  } catch (error) {
    const before = findPlaced((await placement.read()).placement, name);
    if (!(error instanceof CredentialError) || (before && before.store !== store)) throw error;
    terminal.warn(`${error.message}; every store is looked in instead`);
  }
}

/** Removes the copies that can be removed, forgets those, and gives the stores that still have one. */
async function removeCopies(context: Context, name: CredentialName, stale: readonly StoreId[]): Promise<StoreId[]> {
  const { placement, signal } = context;
  const left: StoreId[] = [];
  for (const id of stale) {
    try {
      await (await reach(context, id)).delete(name, { signal });
      await placement.update((now) => removedFrom(now, name, id));
    } catch {
      left.push(id);
    }
  }
  return left;
}
