import fc from 'fast-check';
import { assertNever } from '../../src/domain/assert-never.ts';
import {
  type CopyState,
  type CopyStatus,
  planReconciliation,
  type ReconcileOptions,
  type ReconcilePlan,
  type ReconcileStep,
  type RecordedStores,
} from '../../src/domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../src/domain/store-id.ts';

/** A credential as it is: what is remembered, and the content of each copy. */
export interface Actual {
  readonly record: RecordedStores | undefined;
  readonly copies: ReadonlyMap<StoreId, number>;
}

/** Stores in the order in which a read looks. The Keychain stands for the store of another operating system. */
export const stores: readonly StoreId[] = ['secret-service', 'file', 'keychain'];

const storeId = fc.constantFrom(...stores);

/** A credential in any state that these stores can be in. */
export function actualIn(stores: readonly StoreId[]): fc.Arbitrary<Actual> {
  const storeId = fc.constantFrom(...stores);
  const record = fc
    .tuple(storeId, fc.uniqueArray(storeId))
    .map(([store, stale]): RecordedStores => ({ store, stale: stale.filter((other) => other !== store) }));
  const copy = fc.tuple(storeId, fc.integer({ min: 1, max: 2 }));
  return fc.record({
    record: fc.option(record, { nil: undefined }),
    copies: fc.uniqueArray(copy, { selector: ([store]) => store }).map((copies) => new Map(copies)),
  });
}

/** A credential, the stores that do not answer, and what is wished. */
export const situation = fc.record({
  actual: actualIn(stores),
  silent: fc.uniqueArray(storeId, { maxLength: 2 }),
  wish: fc.record({ target: storeId, keep: storeId }, { requiredKeys: [] }),
});

export type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

/** A set, as src/app/set-credential.ts does it, killed before it removed what other stores had. */
export function overwrite({ record, copies }: Actual, store: StoreId, content: number): Actual {
  const named = record === undefined ? [] : [record.store, ...record.stale];
  const stale = named.filter((other) => other !== store);
  return { record: { store, stale }, copies: new Map(copies).set(store, content) };
}

/** What is seen of it while some stores do not answer. */
export function look({ record, copies }: Actual, silent: readonly StoreId[]): CopyState {
  const sighting = (store: StoreId): CopyStatus => {
    const content = copies.get(store);
    if (silent.includes(store)) return { kind: 'unknown' };
    return content === undefined ? { kind: 'absent' } : { kind: 'present', content };
  };
  return { record, seen: new Map(stores.map((store) => [store, sighting(store)])) };
}

function perform({ record, copies }: Actual, effect: ReconcileStep): Actual {
  const next = new Map(copies);
  switch (effect.type) {
    case 'record':
      return { record: effect.record, copies };
    case 'forget':
      return { record: undefined, copies };
    case 'remove':
      next.delete(effect.store);
      return { record, copies: next };
    case 'copy': {
      const content = copies.get(effect.from);
      if (content === undefined) throw new Error(`there is nothing in the ${effect.from} to copy`);
      return { record, copies: next.set(effect.to, content) };
    }
    default:
      return assertNever(effect);
  }
}

export function effectsOf(settlement: ReconcilePlan): readonly ReconcileStep[] {
  return 'steps' in settlement ? settlement.steps : [];
}

/** Every state on the way: before the first effect, and after each. */
export function way(start: Actual, effects: readonly ReconcileStep[]): readonly Actual[] {
  const states = [start];
  for (const effect of effects) states.push(perform(states.at(-1) ?? start, effect));
  return states;
}

export function settleAll(start: Actual, silent: readonly StoreId[], wish: ReconcileOptions): Actual {
  return way(start, effectsOf(planReconciliation(look(start, silent), wish))).at(-1) ?? start;
}

/** The content that a read gives, as src/app/get-credential.ts looks for it; `silent`: it fails instead. */
export function read({ record, copies }: Actual, silent: readonly StoreId[]): number | 'silent' | undefined {
  const ask = (store: StoreId) => (silent.includes(store) ? ('silent' as const) : copies.get(store));
  const first = record && ask(record.store);
  if (first !== undefined) return first;
  const known = record === undefined ? [] : [record.store, ...record.stale];
  const answers = stores.filter((store) => !known.includes(store)).map(ask);
  const found = answers.find((answer) => typeof answer === 'number');
  return found ?? answers.find((answer) => answer === 'silent');
}
