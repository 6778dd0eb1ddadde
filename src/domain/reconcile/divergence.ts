import { type StoreId, storeNames } from '../store-id.ts';
import { assertNever } from '../text/messages.ts';
import { type CopyState, planReconciliation, type RecordedStores } from './reconcile-plan.ts';

/** How stores can differ from each other, and from the placement file. */
export type DivergenceKind =
  /** Another store has the same secret. */
  | 'copy'
  /** A store has or may have an older copy, or one is recorded that is gone. */
  | 'stale-copy'
  /** Recorded in one store, but found in another. */
  | 'misplaced'
  /** Stores have different secrets, and none is known to be older. */
  | 'conflict'
  /** The recorded copy is gone, and an older one is left. */
  | 'stale-only'
  /** Recorded, but in no store. */
  | 'missing';

export interface Divergence {
  readonly kind: DivergenceKind;
  /** Continues "SERVICE ACCOUNT: …". */
  readonly explanation: string;
  /** The command that fixes it, ready to paste. One line. */
  readonly fix: string;
}

/** Lists the problems of a credential that the stores' answers show. `program`: the command as users type it. */
export function findDivergences(state: CopyState, program: string): readonly Divergence[] {
  const { record } = state;
  const plan = planReconciliation(state);
  const repair = `${program} doctor --repair`;
  switch (plan.kind) {
    case 'resolved': {
      const { from, steps } = plan;
      const removed = steps.flatMap((step) => (step.type === 'remove' ? [step.store] : []));
      return [
        ...(record && record.store !== from ? [explainMisplaced(record, from, repair)] : []),
        ...removed.filter((store) => !record?.stale.includes(store)).map((store) => explainCopy(store, repair)),
        ...explainStaleCopies(state, repair),
      ];
    }
    case 'unavailable':
      return explainStaleCopies(state, addAnswerCondition(plan.store, repair));
    case 'conflict':
      return [explainConflict(plan.stores, repair)];
    case 'stale-only':
      return record
        ? [explainStaleOnly(record, plan.stores, repair)]
        : // Stryker disable next-line ArrayDeclaration: a copy can only be older than a record, so there is one
          [];
    case 'missing':
      return record ? [explainMissing(record, repair)] : [];
    default:
      return assertNever(plan);
  }
}

function explainMisplaced({ store }: RecordedStores, found: StoreId, fix: string): Divergence {
  return {
    kind: 'misplaced',
    explanation: `recorded in ${formatStore(store)}, but found in ${formatStore(found)}`,
    fix,
  };
}

function explainCopy(store: StoreId, fix: string): Divergence {
  return { kind: 'copy', explanation: `also in ${formatStore(store)}, with the same secret`, fix };
}

function explainStaleCopies({ record, seen }: CopyState, fix: string): readonly Divergence[] {
  return (record?.stale ?? []).map((store): Divergence => {
    const name = formatStore(store);
    switch (seen.get(store)?.kind) {
      case 'present':
        return { kind: 'stale-copy', explanation: `an older copy is still in ${name}`, fix };
      case 'absent':
        return { kind: 'stale-copy', explanation: `an older copy is recorded, but missing from ${name}`, fix };
      default:
        return {
          kind: 'stale-copy',
          explanation: `an older copy may still be in ${name}, which does not answer`,
          fix: addAnswerCondition(store, fix),
        };
    }
  });
}

function explainConflict(stores: readonly StoreId[], repair: string): Divergence {
  return {
    kind: 'conflict',
    explanation: `${stores.map(formatStore).join(' and ')} have different secrets; a read returns the first one`,
    fix: formatKeepCommand(stores, repair),
  };
}

function explainStaleOnly({ store }: RecordedStores, stores: readonly StoreId[], repair: string): Divergence {
  return {
    kind: 'stale-only',
    explanation: `missing from ${formatStore(store)}; an older copy is in ${stores.map(formatStore).join(' and ')}`,
    fix: formatKeepCommand(stores, repair),
  };
}

function explainMissing({ store }: RecordedStores, fix: string): Divergence {
  return {
    kind: 'missing',
    explanation: `recorded, but missing from ${formatStore(store)} and every other store`,
    fix,
  };
}

/** The command that keeps the first store's copy. A comment says how to keep another one. */
function formatKeepCommand([first, ...others]: readonly StoreId[], repair: string): string {
  const alternatives = others.length > 0 ? `  # or: --keep ${others.join(', --keep ')}` : '';
  return `${repair} --keep ${first}${alternatives}`;
}

/** Adds that the command does nothing until `store` answers. */
function addAnswerCondition(store: StoreId, command: string): string {
  return command.includes('#') ? command : `${command}  # once ${formatStore(store)} answers`;
}

function formatStore(store: StoreId): string {
  return `the ${storeNames[store]}`;
}
