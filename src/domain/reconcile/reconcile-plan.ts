import type { PlacementEntry } from '../placement/placement-index.ts';
import type { StoreId } from '../store-id.ts';

/** What a store was seen to hold of one credential. Two copies have the same `content` if their bytes are equal. */
export type CopyStatus =
  | { readonly kind: 'present'; readonly content: number }
  | { readonly kind: 'absent'; readonly content?: never }
  /** The store could not be asked. */
  | { readonly kind: 'unknown'; readonly content?: never };

/** The placement of one credential: the store that a read uses, and those that may hold an older copy. */
export type RecordedStores = Pick<PlacementEntry, 'store' | 'stale'>;

/** Everything known about where one credential is. */
export interface CopyState {
  readonly record: RecordedStores | undefined;
  /** In the order in which a read searches if there's no record. Includes every store that the record names. */
  readonly seen: ReadonlyMap<StoreId, CopyStatus>;
}

/** What the user asked for. By default, the credential stays in the store where a read finds it. */
export interface ReconcileOptions {
  /** The store to move it to. */
  readonly target?: StoreId;
  /** The store whose copy to keep if copies differ. */
  readonly keep?: StoreId;
}

/** Work for the caller, as data, to be performed in order. */
export type ReconcileStep =
  /**
   * Record exactly these stores. A record before a copy or a removal serves as a journal: if the process is killed
   * half-way, the next run continues from it.
   */
  | { readonly type: 'record'; readonly record: RecordedStores }
  /** Write the secret in `from` to `to`, and read it back. */
  | { readonly type: 'copy'; readonly from: StoreId; readonly to: StoreId }
  | { readonly type: 'remove'; readonly store: StoreId }
  /** Remove the credential's entry from the placement file. */
  | { readonly type: 'forget' };

/** How one credential ends up in a single store, or why it can't. */
export type ReconcilePlan =
  /** The copy in `from` ends up in `to`, and in no other store. Without steps it is there already. */
  | {
      readonly kind: 'resolved';
      readonly from: StoreId;
      readonly to: StoreId;
      readonly steps: readonly ReconcileStep[];
    }
  /** Copies differ, and none is known to be older. A read returns the first one. */
  | { readonly kind: 'conflict'; readonly stores: readonly StoreId[] }
  /** The current copy is gone; only older copies are left. */
  | { readonly kind: 'stale-only'; readonly stores: readonly StoreId[] }
  /** No store has the credential. */
  | { readonly kind: 'missing'; readonly steps: readonly ReconcileStep[] }
  /** Nothing can be planned until this store answers. */
  | { readonly kind: 'unavailable'; readonly store: StoreId };

/**
 * Plans how a credential gets into a single store. Never throws.
 *
 * After any number of the steps, a read finds the current copy, and a new plan completes the old one. A copy is removed
 * only if another store has the same bytes, if it is known to be older, or if the user chose which copy to keep.
 */
export function planReconciliation(state: CopyState, { target, keep }: ReconcileOptions = {}): ReconcilePlan {
  const { record, seen } = state;
  const current = findCurrentCopy(state, keep);
  if (current.kind !== 'current') return current;
  const from = current.store;
  const to = target ?? from;
  if (!hasAnswered(seen, to)) return { kind: 'unavailable', store: to };
  const others = findStoresWithCopy(seen).filter((store) => store !== to);
  const unknown = listRecordedStores(record).filter((store) => !hasAnswered(seen, store));
  const needsCopy = findContent(seen, from) !== findContent(seen, to);
  if (record === undefined && others.length === 0 && !needsCopy) return { kind: 'resolved', from, to, steps: [] };
  const journal = { store: from, stale: [...others.filter((store) => store !== from), to, ...unknown] };
  const steps: readonly ReconcileStep[] = [
    ...(needsCopy ? [toRecordStep(journal), { type: 'copy' as const, from, to }] : []),
    toRecordStep({ store: to, stale: [...others, ...unknown] }),
    ...others.map((store) => ({ type: 'remove' as const, store })),
    toRecordStep({ store: to, stale: unknown }),
  ];
  return { kind: 'resolved', from, to, steps: omitRedundantRecords(steps, record) };
}

type CurrentCopy = { readonly kind: 'current'; readonly store: StoreId } | Exclude<ReconcilePlan, { kind: 'resolved' }>;

/** The copy that a read returns, unless it may be the wrong one. */
function findCurrentCopy({ record, seen }: CopyState, keep: StoreId | undefined): CurrentCopy {
  const stores = findStoresWithCopy(seen);
  const notStale = stores.filter((store) => !record?.stale.includes(store));
  const first = record !== undefined && stores.includes(record.store) ? record.store : notStale[0];
  if (record !== undefined && !hasAnswered(seen, record.store)) {
    return { kind: 'unavailable', store: record.store };
  }
  const chosen = stores.find((store) => store === keep);
  if (first === undefined) {
    if (chosen !== undefined) return { kind: 'current', store: chosen };
    const [unknown] = [...seen.keys()].filter((store) => !hasAnswered(seen, store));
    if (stores.length > 0) return { kind: 'stale-only', stores };
    if (unknown !== undefined) return { kind: 'unavailable', store: unknown };
    return { kind: 'missing', steps: record === undefined ? [] : [{ type: 'forget' }] };
  }
  const differing = notStale.filter((store) => findContent(seen, store) !== findContent(seen, first));
  if (differing.length === 0) return { kind: 'current', store: first };
  return chosen === undefined
    ? { kind: 'conflict', stores: [first, ...differing] }
    : { kind: 'current', store: chosen };
}

function findStoresWithCopy(seen: CopyState['seen']): readonly StoreId[] {
  return [...seen].flatMap(([store, { kind }]) => (kind === 'present' ? [store] : []));
}

function listRecordedStores(record: RecordedStores | undefined): readonly StoreId[] {
  return record === undefined ? [] : [record.store, ...record.stale];
}

function findContent(seen: CopyState['seen'], store: StoreId): number | undefined {
  return findStatus(seen, store).content;
}

function hasAnswered(seen: CopyState['seen'], store: StoreId): boolean {
  return findStatus(seen, store).kind !== 'unknown';
}

function findStatus(seen: CopyState['seen'], store: StoreId): CopyStatus {
  return seen.get(store) ?? { kind: 'unknown' };
}

function toRecordStep(record: RecordedStores): ReconcileStep {
  return { type: 'record', record };
}

/** Omits the steps that would record the same stores again. */
function omitRedundantRecords(
  steps: readonly ReconcileStep[],
  record: RecordedStores | undefined,
): readonly ReconcileStep[] {
  let recorded = record;
  return steps.filter((step) => {
    if (step.type !== 'record') return true;
    const isRedundant = recorded?.store === step.record.store && isSameSet(recorded.stale, step.record.stale);
    recorded = step.record;
    return !isRedundant;
  });
}

function isSameSet(a: readonly StoreId[], b: readonly StoreId[]): boolean {
  return a.length === b.length && a.every((store) => b.includes(store));
}
