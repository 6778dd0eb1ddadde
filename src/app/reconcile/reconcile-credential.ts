import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import {
  planReconciliation,
  type ReconcileOptions,
  type ReconcilePlan,
} from '../../domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, withLock } from '../context.ts';
import { type ApplyResult, applyPlan } from './apply-plan.ts';
import { type LocatedCopies, locateCopies, type StoreFailures } from './locate-copies.ts';

/** What was found of a credential, what that called for, and how far it was done. */
export interface Reconciliation {
  readonly name: CredentialName;
  readonly copies: LocatedCopies;
  readonly plan: ReconcilePlan;
  readonly result: Exclude<ApplyResult, { end: 'overtaken' }>;
}

/** How often a credential that other processes keep writing is begun anew. */
const maxAttempts = 10;

/**
 * Brings a credential into one store. Killed anywhere, a read finds it, and the same again completes it. A store that
 * fails is in `failures`; a record that cannot be written rejects.
 */
export async function reconcileCredential(
  context: Context,
  name: CredentialName,
  wish: ReconcileOptions,
  failures: StoreFailures,
): Promise<Reconciliation> {
  return withLock(context, async (held) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { copies, plan } = await previewReconciliation(context, name, wish, failures);
      const effects = 'steps' in plan ? plan.steps : [];
      const result = await applyPlan(context, { name, record: copies.record, held }, effects);
      if (result.end === 'overtaken') continue;
      if (result.end === 'failed') {
        recordFailure(failures, result.store, result.error);
        if (result.at.type === 'copy') await rollBack(context, name, held, failures);
      }
      return { name, copies, plan, result };
    }
    throw new CredentialError(
      'file-busy',
      `${name.service} ${name.account} is written by other processes all the time`,
      {
        hint: 'try again when they are done',
      },
    );
  });
}

/** What {@link reconcileCredential} would do, without doing it. */
export async function previewReconciliation(
  context: Context,
  name: CredentialName,
  wish: ReconcileOptions,
  failures: StoreFailures,
): Promise<Reconciliation> {
  const copies = await locateCopies(context, name, failures, wish.target);
  return { name, copies, plan: planReconciliation(copies, wish), result: { end: 'done' } };
}

/** Takes back what was begun: what may have come of the copy, and the note of it. */
async function rollBack(
  context: Context,
  name: CredentialName,
  held: () => boolean,
  failures: StoreFailures,
): Promise<void> {
  const { copies, plan } = await previewReconciliation(context, name, {}, failures);
  if (plan.kind !== 'resolved') return;
  await applyPlan(context, { name, record: copies.record, held }, plan.steps);
}

function recordFailure(failures: StoreFailures, store: StoreId, error: unknown): void {
  if (error instanceof CredentialError && error.code === 'cancelled') throw error;
  failures.set(store, error);
}
