import type { Placed } from './placement.ts';
import type { StoreId } from './store-id.ts';

/** What a store was seen to hold of one credential. `content`: equal in two stores where the bytes are. */
export type Sighting =
  | { readonly kind: 'kept'; readonly content: number }
  | { readonly kind: 'absent'; readonly content?: never }
  /** It could not be asked. */
  | { readonly kind: 'unknown'; readonly content?: never };

/** What is remembered of one credential: the store that a read goes to, and those that may have an older copy. */
export type Remembered = Pick<Placed, 'store' | 'stale'>;

/** All that is known of where one credential is. */
export interface Whereabouts {
  readonly record: Remembered | undefined;
  /** In the order in which a read without a record looks. Has every store that the record names. */
  readonly seen: ReadonlyMap<StoreId, Sighting>;
}

/** What the user asked for, beyond one copy in the store where a read finds it. */
export interface Wish {
  /** The store that it is to be in. */
  readonly goal?: StoreId;
  /** Whose copy counts where copies differ. */
  readonly keep?: StoreId;
}

/** Work for the shell, as data, in this order; src/app/perform-moves.ts performs it. */
export type MoveEffect =
  /** Remember exactly this. A note ahead of a copy or a removal is the journal: whoever is killed then left a trace. */
  | { readonly type: 'note'; readonly record: Remembered }
  /** Write what `from` holds to `to`, and read it back. */
  | { readonly type: 'copy'; readonly from: StoreId; readonly to: StoreId }
  | { readonly type: 'remove'; readonly store: StoreId }
  | { readonly type: 'forget' };

/** What is to become of one credential. */
export type Settlement =
  /** `from`: whose copy counts. `to`: where it is in the end, alone. No effects: it is so already. */
  | {
      readonly kind: 'settled';
      readonly from: StoreId;
      readonly to: StoreId;
      readonly effects: readonly MoveEffect[];
    }
  /** Copies with other bytes, of which none is known to be older. The first one is what a read gives. */
  | { readonly kind: 'differing'; readonly stores: readonly StoreId[] }
  /** The copy that counted is gone, and only older ones are left. */
  | { readonly kind: 'outdated'; readonly stores: readonly StoreId[] }
  /** It is in no store. */
  | { readonly kind: 'gone'; readonly effects: readonly MoveEffect[] }
  /** This store would have to answer first. */
  | { readonly kind: 'unanswered'; readonly store: StoreId };

/**
 * Decides how a credential comes to be in one store alone. Total. However many of the effects are performed, a read
 * finds the copy that counts, and deciding again completes what was begun. No copy is removed unless the same bytes are
 * elsewhere, it is known to be older, or the user said whose copy to keep.
 */
export function settle(whereabouts: Whereabouts, { goal, keep }: Wish = {}): Settlement {
  const { record, seen } = whereabouts;
  const counting = findCounting(whereabouts, keep);
  if (counting.kind !== 'counts') return counting;
  const from = counting.store;
  const to = goal ?? from;
  if (!isAnswered(seen, to)) return { kind: 'unanswered', store: to };
  const others = keptIn(seen).filter((store) => store !== to);
  const unasked = namedIn(record).filter((store) => !isAnswered(seen, store));
  const copies = contentOf(seen, from) !== contentOf(seen, to);
  if (record === undefined && others.length === 0 && !copies) return { kind: 'settled', from, to, effects: [] };
  const ahead = { store: from, stale: [...others.filter((store) => store !== from), to, ...unasked] };
  const effects: readonly MoveEffect[] = [
    ...(copies ? [note(ahead), { type: 'copy' as const, from, to }] : []),
    note({ store: to, stale: [...others, ...unasked] }),
    ...others.map((store) => ({ type: 'remove' as const, store })),
    note({ store: to, stale: unasked }),
  ];
  return { kind: 'settled', from, to, effects: withoutIdleNotes(effects, record) };
}

type Counting = { readonly kind: 'counts'; readonly store: StoreId } | Exclude<Settlement, { kind: 'settled' }>;

/** The copy that a read gives, unless there is reason to doubt that it is the right one. */
function findCounting({ record, seen }: Whereabouts, keep: StoreId | undefined): Counting {
  const kept = keptIn(seen);
  const current = kept.filter((store) => !record?.stale.includes(store));
  const first = record !== undefined && kept.includes(record.store) ? record.store : current[0];
  if (record !== undefined && !isAnswered(seen, record.store)) {
    return { kind: 'unanswered', store: record.store };
  }
  const chosen = kept.find((store) => store === keep);
  if (first === undefined) {
    if (chosen !== undefined) return { kind: 'counts', store: chosen };
    const [unasked] = [...seen.keys()].filter((store) => !isAnswered(seen, store));
    if (kept.length > 0) return { kind: 'outdated', stores: kept };
    if (unasked !== undefined) return { kind: 'unanswered', store: unasked };
    return { kind: 'gone', effects: record === undefined ? [] : [{ type: 'forget' }] };
  }
  const differing = current.filter((store) => contentOf(seen, store) !== contentOf(seen, first));
  if (differing.length === 0) return { kind: 'counts', store: first };
  return chosen === undefined
    ? { kind: 'differing', stores: [first, ...differing] }
    : { kind: 'counts', store: chosen };
}

function keptIn(seen: Whereabouts['seen']): readonly StoreId[] {
  return [...seen].flatMap(([store, { kind }]) => (kind === 'kept' ? [store] : []));
}

function namedIn(record: Remembered | undefined): readonly StoreId[] {
  return record === undefined ? [] : [record.store, ...record.stale];
}

function contentOf(seen: Whereabouts['seen'], store: StoreId): number | undefined {
  return sightingIn(seen, store).content;
}

function isAnswered(seen: Whereabouts['seen'], store: StoreId): boolean {
  return sightingIn(seen, store).kind !== 'unknown';
}

function sightingIn(seen: Whereabouts['seen'], store: StoreId): Sighting {
  return seen.get(store) ?? { kind: 'unknown' };
}

function note(record: Remembered): MoveEffect {
  return { type: 'note', record };
}

/** A note of what is remembered by then anyway says nothing. */
function withoutIdleNotes(effects: readonly MoveEffect[], record: Remembered | undefined): readonly MoveEffect[] {
  let now = record;
  return effects.filter((effect) => {
    if (effect.type !== 'note') return true;
    const idle = now?.store === effect.record.store && sameStores(now.stale, effect.record.stale);
    now = effect.record;
    return !idle;
  });
}

function sameStores(a: readonly StoreId[], b: readonly StoreId[]): boolean {
  return a.length === b.length && a.every((store) => b.includes(store));
}
