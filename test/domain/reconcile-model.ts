import fc from 'fast-check';
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
import { assertNever } from '../../src/domain/text/messages.ts';

/** The true state of a credential: its record, and the content of each copy. */
export interface Actual {
  readonly record: RecordedStores | undefined;
  readonly copies: ReadonlyMap<StoreId, number>;
}

/** Stores in the order of a read. The Keychain represents a store of another operating system. */
export const stores: readonly StoreId[] = ['secret-service', 'file', 'keychain'];

const storeId = fc.constantFrom(...stores);

/** A credential in any possible state. */
export function anyActual(stores: readonly StoreId[]): fc.Arbitrary<Actual> {
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

/** A credential, the stores that do not answer, and the options. */
export const situation = fc.record({
  actual: anyActual(stores),
  silent: fc.uniqueArray(storeId, { maxLength: 2 }),
  options: fc.record({ target: storeId, keep: storeId }, { requiredKeys: [] }),
});

export type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

/** A `set` that was killed before it removed the copies in other stores. */
export function overwrite({ record, copies }: Actual, store: StoreId, content: number): Actual {
  const named = record === undefined ? [] : [record.store, ...record.stale];
  const stale = named.filter((other) => other !== store);
  return { record: { store, stale }, copies: new Map(copies).set(store, content) };
}

/** What keystow sees while some stores do not answer. */
export function look({ record, copies }: Actual, silent: readonly StoreId[]): CopyState {
  const statusIn = (store: StoreId): CopyStatus => {
    const content = copies.get(store);
    if (silent.includes(store)) return { kind: 'unknown' };
    return content === undefined ? { kind: 'absent' } : { kind: 'present', content };
  };
  return { record, seen: new Map(stores.map((store) => [store, statusIn(store)])) };
}

function perform({ record, copies }: Actual, step: ReconcileStep): Actual {
  const next = new Map(copies);
  switch (step.type) {
    case 'record':
      return { record: step.record, copies };
    case 'forget':
      return { record: undefined, copies };
    case 'remove':
      next.delete(step.store);
      return { record, copies: next };
    case 'copy': {
      const content = copies.get(step.from);
      if (content === undefined) throw new Error(`there is nothing in the ${step.from} to copy`);
      return { record, copies: next.set(step.to, content) };
    }
    default:
      return assertNever(step);
  }
}

export function listSteps(plan: ReconcilePlan): readonly ReconcileStep[] {
  return 'steps' in plan ? plan.steps : [];
}

/** The states before the first step and after each step. */
export function listStates(start: Actual, steps: readonly ReconcileStep[]): readonly Actual[] {
  const states = [start];
  for (const step of steps) states.push(perform(states.at(-1) ?? start, step));
  return states;
}

export function reconcile(start: Actual, silent: readonly StoreId[], options: ReconcileOptions): Actual {
  return listStates(start, listSteps(planReconciliation(look(start, silent), options))).at(-1) ?? start;
}

/** The content that `get` returns. `silent`: it fails. */
export function read({ record, copies }: Actual, silent: readonly StoreId[]): number | 'silent' | undefined {
  const ask = (store: StoreId) => (silent.includes(store) ? ('silent' as const) : copies.get(store));
  const first = record && ask(record.store);
  if (first !== undefined) return first;
  const known = record === undefined ? [] : [record.store, ...record.stale];
  const answers = stores.filter((store) => !known.includes(store)).map(ask);
  const found = answers.find((answer) => typeof answer === 'number');
  return found ?? answers.find((answer) => answer === 'silent');
}
