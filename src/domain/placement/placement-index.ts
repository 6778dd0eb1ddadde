import { type CredentialName, compareNames, compareTexts, isSameName } from '../credential-name.ts';
import type { StoreId } from '../store-id.ts';

/** Where one credential was last written. Never the secret. */
export interface PlacementEntry extends CredentialName {
  readonly store: StoreId;
  /** ISO 8601, UTC, as `Date.prototype.toISOString` gives it. */
  readonly writtenAt: string;
  /** Stores where an older copy may remain, because nobody has seen it removed. Never holds `store`. */
  readonly stale: readonly StoreId[];
}

/** What is remembered of every credential: sorted by name, each name once. Empty: look in every store, in order. */
export type PlacementIndex = readonly PlacementEntry[];

export function findEntry(placement: PlacementIndex, name: CredentialName): PlacementEntry | undefined {
  return placement.find((placed) => isSameName(placed, name));
}

/** Whether two looks at one credential's record saw the same writing of it, in the same store. */
export function isSameRevision(a: PlacementEntry | undefined, b: PlacementEntry | undefined): boolean {
  return a?.store === b?.store && a?.writtenAt === b?.writtenAt;
}

/** The one written last first; of those written at the same time, or at one that nobody knows, the order stays. */
export function sortNewestFirst<T extends Partial<Pick<PlacementEntry, 'writtenAt'>>>(placed: readonly T[]): T[] {
  return [...placed].sort(({ writtenAt: a = '' }, { writtenAt: b = '' }) => compareTexts(b, a));
}

/**
 * The credential was written to `store`. Where it was before, if elsewhere, becomes stale until {@link recordRemoval} says
 * otherwise: a process that dies in between leaves the old copy known.
 */
export function recordWrite(
  placement: PlacementIndex,
  name: CredentialName,
  store: StoreId,
  writtenAt: string,
): PlacementIndex {
  const before = findEntry(placement, name);
  const stale = before ? [...before.stale, before.store] : [];
  return replaceEntry(placement, { ...name, store, writtenAt, stale });
}

/**
 * No copy is in `store` any more. Where that was the last one known, the credential is forgotten; where stale copies
 * remain the record stays as it is, so that a read does not go to one of them.
 */
export function recordRemoval(placement: PlacementIndex, name: CredentialName, store: StoreId): PlacementIndex {
  const before = findEntry(placement, name);
  if (before === undefined) return placement;
  if (before.store === store) return before.stale.length > 0 ? placement : removeEntry(placement, name);
  return replaceEntry(placement, { ...before, stale: before.stale.filter((other) => other !== store) });
}

/**
 * Remembers exactly this of a credential that was not written by its user. `at`: now, which is when it came to `store`,
 * unless it was there before: a move there and back is not to look as if nothing had happened.
 */
export function recordMove(
  placement: PlacementIndex,
  name: CredentialName,
  { store, stale }: Pick<PlacementEntry, 'store' | 'stale'>,
  at: string,
): PlacementIndex {
  const before = findEntry(placement, name);
  const writtenAt = before?.store === store ? before.writtenAt : at;
  return replaceEntry(placement, { ...name, store, stale, writtenAt });
}

/** The credential is in no store any more. Only once that is certain of its stale copies too. */
export function removeEntry(placement: PlacementIndex, name: CredentialName): PlacementIndex {
  return placement.filter((placed) => !isSameName(placed, name));
}

function replaceEntry(
  placement: PlacementIndex,
  { service, account, store, writtenAt, stale }: PlacementEntry,
): PlacementIndex {
  const others = [...new Set(stale)].filter((other) => other !== store);
  const record: PlacementEntry = { service, account, store, writtenAt, stale: others };
  return [...removeEntry(placement, record), record].sort(compareNames);
}
