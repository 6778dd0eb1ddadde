import type { PlacementEntry } from '../placement/placement-index.ts';
import type { StoreId } from '../store-id.ts';

/** What a store was seen to hold of one credential. `content`: equal in two stores where the bytes are. */
export type CopyStatus =
  | { readonly kind: 'present'; readonly content: number }
  | { readonly kind: 'absent'; readonly content?: never }
  /** It could not be asked. */
  | { readonly kind: 'unknown'; readonly content?: never };

/** What is remembered of one credential: the store that a read goes to, and those that may have an older copy. */
export type RecordedStores = Pick<PlacementEntry, 'store' | 'stale'>;

/** All that is known of where one credential is. */
export interface CopyState {
  readonly record: RecordedStores | undefined;
  /** In the order in which a read without a record looks. Has every store that the record names. */
  readonly seen: ReadonlyMap<StoreId, CopyStatus>;
}

/** What the user asked for, beyond one copy in the store where a read finds it. */
export interface ReconcileOptions {
  /** The store that it is to be in. */
  readonly target?: StoreId;
  /** Whose copy counts where copies differ. */
  readonly keep?: StoreId;
}

/** Work for the shell, as data, in this order; src/app/perform-moves.ts performs it. */
export type ReconcileStep =
  /** Remember exactly this. A note ahead of a copy or a removal is the journal: whoever is killed then left a trace. */
  | { readonly type: 'record'; readonly record: RecordedStores }
  /** Write what `from` holds to `to`, and read it back. */
  | { readonly type: 'copy'; readonly from: StoreId; readonly to: StoreId }
  | { readonly type: 'remove'; readonly store: StoreId }
  | { readonly type: 'forget' };

/** What is to become of one credential. */
export type ReconcilePlan =
  /** `from`: whose copy counts. `to`: where it is in the end, alone. No effects: it is so already. */
  | {
      readonly kind: 'resolved';
      readonly from: StoreId;
      readonly to: StoreId;
      readonly steps: readonly ReconcileStep[];
    }
  /** Copies with other bytes, of which none is known to be older. The first one is what a read gives. */
  | { readonly kind: 'conflict'; readonly stores: readonly StoreId[] }
  /** The copy that counted is gone, and only older ones are left. */
  | { readonly kind: 'stale-only'; readonly stores: readonly StoreId[] }
  /** It is in no store. */
  | { readonly kind: 'missing'; readonly steps: readonly ReconcileStep[] }
  /** This store would have to answer first. */
  | { readonly kind: 'unavailable'; readonly store: StoreId };

/**
 * Decides how a credential comes to be in one store alone. Total. However many of the effects are performed, a read
 * finds the copy that counts, and deciding again completes what was begun. No copy is removed unless the same bytes are
 * elsewhere, it is known to be older, or the user said whose copy to keep.
 */
export function planReconciliation(whereabouts: CopyState, { target, keep }: ReconcileOptions = {}): ReconcilePlan {
  const { record, seen } = whereabouts;
  const counting = findCounting(whereabouts, keep);
  if (counting.kind !== 'counts') return counting;
  const from = counting.store;
  const to = target ?? from;
  if (!isAnswered(seen, to)) return { kind: 'unavailable', store: to };
  const others = storesWithCopy(seen).filter((store) => store !== to);
  const unasked = namedIn(record).filter((store) => !isAnswered(seen, store));
  const copies = contentIn(seen, from) !== contentIn(seen, to);
  if (record === undefined && others.length === 0 && !copies) return { kind: 'resolved', from, to, steps: [] };
  const ahead = { store: from, stale: [...others.filter((store) => store !== from), to, ...unasked] };
  const effects: readonly ReconcileStep[] = [
    ...(copies ? [note(ahead), { type: 'copy' as const, from, to }] : []),
    note({ store: to, stale: [...others, ...unasked] }),
    ...others.map((store) => ({ type: 'remove' as const, store })),
    note({ store: to, stale: unasked }),
  ];
  return { kind: 'resolved', from, to, steps: withoutIdleNotes(effects, record) };
}

type Counting = { readonly kind: 'counts'; readonly store: StoreId } | Exclude<ReconcilePlan, { kind: 'resolved' }>;

/** The copy that a read gives, unless there is reason to doubt that it is the right one. */
function findCounting({ record, seen }: CopyState, keep: StoreId | undefined): Counting {
  const kept = storesWithCopy(seen);
  const current = kept.filter((store) => !record?.stale.includes(store));
  const first = record !== undefined && kept.includes(record.store) ? record.store : current[0];
  if (record !== undefined && !isAnswered(seen, record.store)) {
    return { kind: 'unavailable', store: record.store };
  }
  const chosen = kept.find((store) => store === keep);
  if (first === undefined) {
    if (chosen !== undefined) return { kind: 'counts', store: chosen };
    const [unasked] = [...seen.keys()].filter((store) => !isAnswered(seen, store));
    if (kept.length > 0) return { kind: 'stale-only', stores: kept };
    if (unasked !== undefined) return { kind: 'unavailable', store: unasked };
    return { kind: 'missing', steps: record === undefined ? [] : [{ type: 'forget' }] };
  }
  const differing = current.filter((store) => contentIn(seen, store) !== contentIn(seen, first));
  if (differing.length === 0) return { kind: 'counts', store: first };
  return chosen === undefined ? { kind: 'conflict', stores: [first, ...differing] } : { kind: 'counts', store: chosen };
}

function storesWithCopy(seen: CopyState['seen']): readonly StoreId[] {
  return [...seen].flatMap(([store, { kind }]) => (kind === 'present' ? [store] : []));
}

function namedIn(record: RecordedStores | undefined): readonly StoreId[] {
  return record === undefined ? [] : [record.store, ...record.stale];
}

function contentIn(seen: CopyState['seen'], store: StoreId): number | undefined {
  return statusIn(seen, store).content;
}

function isAnswered(seen: CopyState['seen'], store: StoreId): boolean {
  return statusIn(seen, store).kind !== 'unknown';
}

function statusIn(seen: CopyState['seen'], store: StoreId): CopyStatus {
  return seen.get(store) ?? { kind: 'unknown' };
}

function note(record: RecordedStores): ReconcileStep {
  return { type: 'record', record };
}

/** A note of what is remembered by then anyway says nothing. */
function withoutIdleNotes(
  effects: readonly ReconcileStep[],
  record: RecordedStores | undefined,
): readonly ReconcileStep[] {
  let now = record;
  return effects.filter((effect) => {
    if (effect.type !== 'record') return true;
    const idle = now?.store === effect.record.store && sameStores(now.stale, effect.record.stale);
    now = effect.record;
    return !idle;
  });
}

function sameStores(a: readonly StoreId[], b: readonly StoreId[]): boolean {
  return a.length === b.length && a.every((store) => b.includes(store));
}
