import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  recordRemoval,
  recordWrite,
} from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected, SkippedStore } from '../../domain/selection/selection.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, openEnabledStore, withLock } from '../context.ts';
import { selectStore } from './select-store.ts';

/** Where a credential went, and why there. */
export interface WriteResult {
  readonly store: StoreId;
  readonly skipped: readonly SkippedStore[];
  /** Stores that still hold an older copy, because it could not be removed. */
  readonly stale: readonly StoreId[];
}

/**
 * Keeps a secret in the store that is chosen, remembers where, and removes the copies that other stores had.
 *
 * - no store may be used → rejects with a refusal's code
 * - the store fails → rejects with its error; what was kept before stays
 * - killed in between → a read gives the old secret or the new one
 * - other processes set, move or remove it at the same time → one of the secrets stays, whole, and a read finds it
 */
export async function setCredential(
  context: Context,
  name: CredentialName,
  secret: Secret,
  selected?: Selected,
): Promise<WriteResult> {
  const { store, skipped } = selected ?? (await selectStore(context));
  const { signal, placement, stores } = context;
  const opened = await stores.open(store);
  const before = findEntry((await placement.read()).placement, name);
  if (before === undefined || (before.store === store && before.stale.length === 0)) {
    await opened.set(name, secret, { signal });
    const unchanged = (now: PlacementEntry | undefined) => isSameRevision(before, now);
    if (await recordPlacement(context, name, store, unchanged)) return { store, skipped, stale: [] };
  }
  // There is another copy, or there was a moment ago: whoever takes one away may have taken what was just written.
  return withLock(context, async () => {
    await opened.set(name, secret, { signal });
    await recordPlacement(context, name, store);
    const { stale = [] } = findEntry((await placement.read()).placement, name) ?? {};
    return { store, skipped, stale: await removeStaleCopies(context, name, stale) };
  });
}

/**
 * Records it, if what is recorded now is `asExpected`; gives whether it was. Where a record cannot be written,
 * that is an error only if the record there is would lead a read astray.
 */
async function recordPlacement(
  { placement, clock, terminal }: Context,
  name: CredentialName,
  store: StoreId,
  asExpected: (now: PlacementEntry | undefined) => boolean = () => true,
): Promise<boolean> {
  const at = clock();
  let done = true;
  try {
    await placement.update((now) => {
      done = asExpected(findEntry(now, name));
      return done ? recordWrite(now, name, store, at) : now;
    });
  } catch (error) {
    const before = findEntry((await placement.read()).placement, name);
    if (!(error instanceof CredentialError) || (before && before.store !== store)) throw error;
    terminal.warn(`${error.message}; every store is looked in instead`);
  }
  return done;
}

/** Removes the copies that can be removed, forgets those, and gives the stores that still have one. */
async function removeStaleCopies(
  context: Context,
  name: CredentialName,
  stale: readonly StoreId[],
): Promise<StoreId[]> {
  const { placement, signal } = context;
  const left: StoreId[] = [];
  for (const id of stale) {
    try {
      await (await openEnabledStore(context, id)).delete(name, { signal });
      await placement.update((now) => recordRemoval(now, name, id));
    } catch {
      left.push(id);
    }
  }
  return left;
}
