import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { getCommand } from '../../domain/profile.ts';
import { findDivergences } from '../../domain/reconcile/divergence.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import type { Context } from '../context.ts';
import { withFix } from '../credentials/store-error.ts';
import type { StoreFailures } from './locate-copies.ts';
import type { Reconciliation } from './reconcile-credential.ts';

/** The result of a migration for one credential, as `migrate --json` prints it. */
export type MoveReport = CredentialName & MoveOutcome;

/** What happened to a credential that was to be moved. */
export type MoveOutcome =
  /** `over`: it replaced an older copy in the target. */
  | { readonly outcome: 'moved'; readonly from: StoreId; readonly to: StoreId; readonly over: boolean }
  /** The target had it already, and the other copies were removed. */
  | { readonly outcome: 'removed'; readonly from: readonly StoreId[]; readonly to: StoreId }
  /** The target is the only store that has it. */
  | { readonly outcome: 'there'; readonly to: StoreId }
  /** No store has it any more, and its entry was removed. */
  | { readonly outcome: 'forgotten' }
  | Skipped;

/** A credential that wasn't moved or fixed. Nothing is lost: it's where it was, or in both stores. */
export interface Skipped {
  readonly outcome: 'skipped';
  readonly explanation: string;
  readonly fix?: string;
}

/** A credential was skipped because a store failed. */
export function skippedBecause(error: unknown, store: StoreId, context: Context): Skipped {
  const fixed = withFix(error, store, context);
  const { message, hint } = fixed instanceof CredentialError ? fixed : new CredentialError('failed', String(fixed));
  return { outcome: 'skipped', explanation: message, ...(hint && { fix: hint }) };
}

export function reportMove(context: Context, reconciliation: Reconciliation, failures: StoreFailures): MoveReport {
  const { service, account } = reconciliation.name;
  return { service, account, ...toOutcome(context, reconciliation, failures) };
}

function toOutcome(context: Context, { copies, plan, result }: Reconciliation, failures: StoreFailures): MoveOutcome {
  if (result.status === 'failed') {
    const skipped = skippedBecause(result.error, result.store, context);
    const explanation = `moved, but not removed from the ${storeNames[result.store]}: ${skipped.explanation}`;
    return result.step.type === 'remove' ? { ...skipped, explanation } : skipped;
  }
  switch (plan.kind) {
    case 'resolved': {
      const { from, to, steps } = plan;
      if (steps.some(({ type }) => type === 'copy')) {
        return { outcome: 'moved', from, to, over: copies.seen.get(to)?.kind === 'present' };
      }
      const removed = steps.flatMap((step) => (step.type === 'remove' ? [step.store] : []));
      return removed.length > 0 ? { outcome: 'removed', from: removed, to } : { outcome: 'there', to };
    }
    case 'missing':
      return { outcome: 'forgotten' };
    case 'conflict':
    case 'stale-only': {
      const [divergence] = findDivergences(copies, getCommand(context.profile));
      if (divergence === undefined) throw new Error(`the plan is ${plan.kind}, but the copies do not diverge`);
      return { outcome: 'skipped', explanation: divergence.explanation, fix: divergence.fix };
    }
    case 'unavailable':
      return skippedBecause(failures.get(plan.store), plan.store, context);
    default:
      return assertNever(plan);
  }
}
