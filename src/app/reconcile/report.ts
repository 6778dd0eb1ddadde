import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findDivergences } from '../../domain/reconcile/divergence.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { withFix } from '../credentials/store-error.ts';
import type { StoreFailures } from './locate-copies.ts';
import type { Reconciliation } from './reconcile-credential.ts';

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
  | Skipped;

export function reportMove(context: Context, settled: Reconciliation, failures: StoreFailures): MoveReport {
  const { service, account } = settled.name;
  return { service, account, ...toOutcome(context, settled, failures) };
}

function toOutcome(context: Context, { copies, plan, result }: Reconciliation, failures: StoreFailures): MoveOutcome {
  const { program } = context.profile;
  if (result.end === 'failed') {
    const { at, store, error } = result;
    const left = skippedBecause(error, store, context);
    return at.type === 'remove'
      ? { ...left, explanation: `it is moved, but still in the ${storeNames[store]} too: ${left.explanation}` }
      : left;
  }
  switch (plan.kind) {
    case 'resolved': {
      const { from, to, steps } = plan;
      const removed = steps.flatMap((effect) => (effect.type === 'remove' ? [effect.store] : []));
      if (steps.some(({ type }) => type === 'copy')) {
        return { outcome: 'moved', from, to, over: copies.seen.get(to)?.kind === 'present' };
      }
      return removed.length > 0 ? { outcome: 'removed', from: removed, to } : { outcome: 'there', to };
    }
    case 'missing':
      return { outcome: 'forgotten' };
    case 'conflict':
    case 'stale-only': {
      const [divergence] = findDivergences(copies, program);
      if (divergence === undefined) throw new Error('copies differ, and no divergence was found');
      return { outcome: 'left', explanation: divergence.explanation, fix: divergence.fix };
    }
    case 'unavailable':
      return skippedBecause(failures.get(plan.store), plan.store, context);
    default:
      return assertNever(plan);
  }
}

/** A credential was left as it is: why, and what to do about it. */
export interface Skipped {
  readonly outcome: 'left';
  readonly explanation: string;
  readonly fix?: string;
}

/** Left because of what a store failed with. */
export function skippedBecause(error: unknown, store: StoreId, context: Context): Skipped {
  const fixed = withFix(error, store, context);
  const { message, hint } = fixed instanceof CredentialError ? fixed : new CredentialError('failed', String(fixed));
  return { outcome: 'left', explanation: message, ...(hint && { fix: hint }) };
}
