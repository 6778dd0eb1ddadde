import { type CredentialName, compareNames, compareTexts, sameName } from './credential-name.ts';
import type { StoreId } from './store-id.ts';

/** Where one credential was last written. Never the secret. */
export interface Placed extends CredentialName {
  readonly store: StoreId;
  /** ISO 8601, UTC, as `Date.prototype.toISOString` gives it. */
  readonly writtenAt: string;
  /** Stores where an older copy may remain, because nobody has seen it removed. Never holds `store`. */
  readonly stale: readonly StoreId[];
}

/** What is remembered of every credential: sorted by name, each name once. Empty: look in every store, in order. */
export type Placement = readonly Placed[];

export function findPlaced(placement: Placement, name: CredentialName): Placed | undefined {
  return placement.find((placed) => sameName(placed, name));
}

/** Whether two looks at one credential's record saw the same writing of it, in the same store. */
export function isSameWriting(a: Placed | undefined, b: Placed | undefined): boolean {
  return a?.store === b?.store && a?.writtenAt === b?.writtenAt;
}

/** The one written last first; of those written at the same time, or at one that nobody knows, the order stays. */
export function newestFirst<T extends Partial<Pick<Placed, 'writtenAt'>>>(placed: readonly T[]): T[] {
  return [...placed].sort(({ writtenAt: a = '' }, { writtenAt: b = '' }) => compareTexts(b, a));
}

/**
 * The credential was written to `store`. Where it was before, if elsewhere, becomes stale until {@link removedFrom} says
 * otherwise: a process that dies in between leaves the old copy known.
 */
export function placed(placement: Placement, name: CredentialName, store: StoreId, writtenAt: string): Placement {
  const before = findPlaced(placement, name);
  const stale = before ? [...before.stale, before.store] : [];
  return replaced(placement, { ...name, store, writtenAt, stale });
}

/**
 * No copy is in `store` any more. Where that was the last one known, the credential is forgotten; where stale copies
 * remain the record stays as it is, so that a read does not go to one of them.
 */
export function removedFrom(placement: Placement, name: CredentialName, store: StoreId): Placement {
  const before = findPlaced(placement, name);
  if (before === undefined) return placement;
  if (before.store === store) return before.stale.length > 0 ? placement : forgotten(placement, name);
  return replaced(placement, { ...before, stale: before.stale.filter((other) => other !== store) });
}

/**
 * Remembers exactly this of a credential that was not written by its user. `at`: now, which is when it came to `store`,
 * unless it was there before: a move there and back is not to look as if nothing had happened.
 */
export function noted(
  placement: Placement,
  name: CredentialName,
  { store, stale }: Pick<Placed, 'store' | 'stale'>,
  at: string,
): Placement {
  const before = findPlaced(placement, name);
  const writtenAt = before?.store === store ? before.writtenAt : at;
  return replaced(placement, { ...name, store, stale, writtenAt });
}

/** The credential is in no store any more. Only once that is certain of its stale copies too. */
export function forgotten(placement: Placement, name: CredentialName): Placement {
  return placement.filter((placed) => !sameName(placed, name));
}

function replaced(placement: Placement, { service, account, store, writtenAt, stale }: Placed): Placement {
  const others = [...new Set(stale)].filter((other) => other !== store);
  const record: Placed = { service, account, store, writtenAt, stale: others };
  return [...forgotten(placement, record), record].sort(compareNames);
}
