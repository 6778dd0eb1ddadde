import { type CredentialName, compareNames, compareTexts, isSameName } from '../credential-name.ts';
import type { StoreId } from '../store-id.ts';
import type { Expiring } from './expiry.ts';

/** The store that one credential was last written to. Never the secret. */
export interface PlacementEntry extends CredentialName, Expiring {
  readonly store: StoreId;
  /** In the format of `Date.prototype.toISOString`. */
  readonly writtenAt: string;
  /** Stores that may still have an older copy, because its removal was not confirmed. Never includes `store`. */
  readonly stale: readonly StoreId[];
}

/** All entries, sorted by name, each name once. If it is empty, a read looks in every store. */
export type PlacementIndex = readonly PlacementEntry[];

export function findEntry(index: PlacementIndex, name: CredentialName): PlacementEntry | undefined {
  return index.find((entry) => isSameName(entry, name));
}

/** Whether two snapshots of a credential's entry are of the same write to the same store. */
export function isSameRevision(a: PlacementEntry | undefined, b: PlacementEntry | undefined): boolean {
  return a?.store === b?.store && a?.writtenAt === b?.writtenAt;
}

/** Entries without a time come last. Entries with the same time stay in order. */
export function sortNewestFirst<T extends Partial<Pick<PlacementEntry, 'writtenAt'>>>(entries: readonly T[]): T[] {
  return [...entries].sort(({ writtenAt: a = '' }, { writtenAt: b = '' }) => compareTexts(b, a));
}

/**
 * Records that the credential was written to `store`. The store that had it before becomes stale until
 * {@link recordRemoval}, so that an old copy stays known if the process dies in between. The expiry of the earlier secret is
 * dropped.
 */
export function recordWrite(
  index: PlacementIndex,
  name: CredentialName,
  store: StoreId,
  writtenAt: string,
  { expiresAt }: Expiring = {},
): PlacementIndex {
  const before = findEntry(index, name);
  const stale = before ? [...before.stale, before.store] : [];
  return replaceEntry(index, { ...name, store, writtenAt, stale, ...(expiresAt !== undefined && { expiresAt }) });
}

/**
 * Records that `store` no longer has a copy. The entry is removed with the last known copy. If the current copy is gone
 * but stale ones remain, the entry stays as it is, so that a read does not use a stale copy.
 */
export function recordRemoval(index: PlacementIndex, name: CredentialName, store: StoreId): PlacementIndex {
  const before = findEntry(index, name);
  if (before === undefined) return index;
  if (before.store === store) return before.stale.length > 0 ? index : removeEntry(index, name);
  return replaceEntry(index, { ...before, stale: before.stale.filter((other) => other !== store) });
}

/**
 * Records exactly these stores for a credential that keystow moved. If `store` is new, `now` becomes the time of writing,
 * so that a move there and back is noticed. The expiry stays.
 */
export function recordMove(
  index: PlacementIndex,
  name: CredentialName,
  { store, stale }: Pick<PlacementEntry, 'store' | 'stale'>,
  now: string,
): PlacementIndex {
  const before = findEntry(index, name);
  const writtenAt = before?.store === store ? before.writtenAt : now;
  const expiresAt = before?.expiresAt;
  return replaceEntry(index, { ...name, store, stale, writtenAt, ...(expiresAt !== undefined && { expiresAt }) });
}

/** Call this only when it is certain that no store has the credential, not even a stale copy. */
export function removeEntry(index: PlacementIndex, name: CredentialName): PlacementIndex {
  return index.filter((entry) => !isSameName(entry, name));
}

/** Records that a store has been emptied: the entries of `before` are gone, but not the later ones. */
export function forgetStore(index: PlacementIndex, store: StoreId, before: PlacementIndex): PlacementIndex {
  const isGone = (entry: PlacementEntry) =>
    (entry.store === store || entry.stale.includes(store)) && isSameRevision(entry, findEntry(before, entry));
  return index.filter(isGone).reduce((now, entry) => recordRemoval(now, entry, store), index);
}

function replaceEntry(
  index: PlacementIndex,
  { service, account, store, writtenAt, stale, expiresAt }: PlacementEntry,
): PlacementIndex {
  const others = [...new Set(stale)].filter((other) => other !== store);
  const expiry = expiresAt === undefined ? {} : { expiresAt };
  const entry: PlacementEntry = { service, account, store, writtenAt, stale: others, ...expiry };
  return [...removeEntry(index, entry), entry].sort(compareNames);
}
