import { assertNever } from '../assert-never.ts';
import { type StoreId, storeNames } from '../store-id.ts';
import { type CopyState, planReconciliation } from './reconcile-plan.ts';

/** How stores can differ from each other, and from what is remembered of a credential. */
export type DivergenceKind =
  /** Another store has the same secret. */
  | 'copy'
  /** A store has, may have, or is wrongly remembered to have an older copy. */
  | 'stale-copy'
  /** Remembered in one store, and found in another. */
  | 'misplaced'
  /** Stores hold different secrets, and none is known to be older. */
  | 'conflict'
  /** What is remembered is gone, and an older copy is left. */
  | 'stale-only'
  /** Remembered, and in no store. */
  | 'missing';

export interface Divergence {
  readonly kind: DivergenceKind;
  /** What was seen; comes after the credential's name and a colon. */
  readonly explanation: string;
  /** The command that mends it, ready to paste. One line. */
  readonly fix: string;
}

/** What is amiss with a credential, as far as it can be told. `program`: as it is typed. */
export function findDivergences({ record, seen }: CopyState, program: string): readonly Divergence[] {
  const settlement = planReconciliation({ record, seen });
  const repair = `${program} doctor --repair`;
  switch (settlement.kind) {
    case 'resolved': {
      const { from, steps } = settlement;
      const removed = steps.flatMap((effect) => (effect.type === 'remove' ? [effect.store] : []));
      return [
        ...(record && record.store !== from ? [misplaced(record.store, from, repair)] : []),
        ...removed.filter((store) => !record?.stale.includes(store)).map((store) => copy(store, repair)),
        ...olderCopies({ record, seen }, repair),
      ];
    }
    case 'unavailable':
      return olderCopies({ record, seen }, once(settlement.store, repair));
    case 'conflict':
      return [differing(settlement.stores, repair)];
    case 'stale-only':
      return record
        ? [onlyOlder(record.store, settlement.stores, repair)]
        : // Stryker disable next-line ArrayDeclaration: a copy can only be older than a record, so there is one
          [];
    case 'missing':
      return record ? [gone(record.store, repair)] : [];
    default:
      return assertNever(settlement);
  }
}

function misplaced(remembered: StoreId, found: StoreId, fix: string): Divergence {
  return { kind: 'misplaced', explanation: `remembered in ${the(remembered)}, and found in ${the(found)}`, fix };
}

function copy(store: StoreId, fix: string): Divergence {
  return { kind: 'copy', explanation: `${the(store)} has it too`, fix };
}

function olderCopies({ record, seen }: CopyState, fix: string): readonly Divergence[] {
  const olderCopy = (explanation: string, fix: string): Divergence => ({ kind: 'stale-copy', explanation, fix });
  return (record?.stale ?? []).map((store) => {
    const where = `in ${the(store)}`;
    const seenThere = seen.get(store)?.kind;
    if (seenThere === 'present') return olderCopy(`an older copy is still ${where}`, fix);
    if (seenThere === 'absent') return olderCopy(`the older copy ${where} is gone, but still remembered`, fix);
    return olderCopy(`an older copy may still be ${where}, which does not answer`, once(store, fix));
  });
}

function differing(stores: readonly StoreId[], repair: string): Divergence {
  return {
    kind: 'conflict',
    explanation: `${stores.map(the).join(' and ')} hold different secrets; the first is the one that is read`,
    fix: keep(stores, repair),
  };
}

function onlyOlder(remembered: StoreId, stores: readonly StoreId[], repair: string): Divergence {
  const explanation = `gone from ${the(remembered)}, and an older copy is in ${stores.map(the).join(' and ')}`;
  return { kind: 'stale-only', explanation, fix: keep(stores, repair) };
}

function gone(remembered: StoreId, fix: string): Divergence {
  return { kind: 'missing', explanation: `remembered in ${the(remembered)}, and in no store`, fix };
}

/** The command that keeps the first one's copy; how to keep another's follows as a comment. */
function keep([first, ...others]: readonly StoreId[], repair: string): string {
  const instead = others.length > 0 ? `  # or: --keep ${others.join(', --keep ')}` : '';
  return `${repair} --keep ${first}${instead}`;
}

/** A command that does nothing before `store` answers. */
function once(store: StoreId, command: string): string {
  return command.includes('#') ? command : `${command}  # once ${the(store)} answers`;
}

function the(store: StoreId): string {
  return `the ${storeNames[store]}`;
}
