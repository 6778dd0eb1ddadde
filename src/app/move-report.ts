import { assertNever } from '../domain/assert-never.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { findDivergences } from '../domain/reconcile/divergence.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { type Left, leftBy } from './left.ts';
import type { Settled } from './settle-credential.ts';
import type { Failures } from './whereabouts.ts';

/** What became of one credential in a migration, or would. */
export type MoveReport = CredentialName & MoveOutcome;

export type MoveOutcome =
  /** `over`: the goal had an older copy. */
  | { readonly outcome: 'moved'; readonly from: StoreId; readonly to: StoreId; readonly over: boolean }
  /** The goal had it already: it was only removed elsewhere. */
  | { readonly outcome: 'removed'; readonly from: readonly StoreId[]; readonly to: StoreId }
  | { readonly outcome: 'there'; readonly to: StoreId }
  /** It was remembered, and in no store any more. */
  | { readonly outcome: 'forgotten' }
  /** Nothing is lost: it is where it was, or in both stores. */
  | Left;

export function reportMove(context: Context, settled: Settled, failures: Failures): MoveReport {
  const { service, account } = settled.name;
  return { service, account, ...outcomeOf(context, settled, failures) };
}

function outcomeOf(context: Context, { whereabouts, settlement, performed }: Settled, failures: Failures): MoveOutcome {
  const { program } = context.profile;
  if (performed.end === 'failed') {
    const { at, store, error } = performed;
    const left = leftBy(error, store, context);
    return at.type === 'remove'
      ? { ...left, explanation: `it is moved, but still in the ${storeNames[store]} too: ${left.explanation}` }
      : left;
  }
  switch (settlement.kind) {
    case 'resolved': {
      const { from, to, steps } = settlement;
      const removed = steps.flatMap((effect) => (effect.type === 'remove' ? [effect.store] : []));
      if (steps.some(({ type }) => type === 'copy')) {
        return { outcome: 'moved', from, to, over: whereabouts.seen.get(to)?.kind === 'present' };
      }
      return removed.length > 0 ? { outcome: 'removed', from: removed, to } : { outcome: 'there', to };
    }
    case 'missing':
      return { outcome: 'forgotten' };
    case 'conflict':
    case 'stale-only': {
      const [divergence] = findDivergences(whereabouts, program);
      if (divergence === undefined) throw new Error('copies differ, and no divergence was found');
      return { outcome: 'left', explanation: divergence.explanation, fix: divergence.fix };
    }
    case 'unavailable':
      return leftBy(failures.get(settlement.store), settlement.store, context);
    default:
      return assertNever(settlement);
  }
}
