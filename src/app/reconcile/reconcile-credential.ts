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

/** Where the copies of a credential were, the plan made from that, and how far it was applied. */
export interface Reconciliation {
  readonly name: CredentialName;
  readonly copies: LocatedCopies;
  readonly plan: ReconcilePlan;
  readonly result: Exclude<ApplyResult, { status: 'outdated' }>;
}

/** How often to start again if other processes keep writing the credential. */
const maxAttempts = 10;

/**
 * Brings a credential into one store. If the process is killed, a read still finds the credential, and running this again
 * completes the move. Adds the error of a store that fails to `failures`. Rejects if the placement file can't be written.
 */
export async function reconcileCredential(
  context: Context,
  name: CredentialName,
  options: ReconcileOptions,
  failures: StoreFailures,
): Promise<Reconciliation> {
  return withLock(context, name, async (held) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { copies, plan } = await previewReconciliation(context, name, options, failures);
      const result = await applyPlan(context, { name, record: copies.record, held }, 'steps' in plan ? plan.steps : []);
      if (result.status === 'outdated') continue;
      if (result.status === 'failed') {
        addFailure(failures, result.store, result.error);
        if (result.step.type === 'copy') await rollBack(context, name, held, failures);
      }
      return { name, copies, plan, result };
    }
    throw new CredentialError('file-busy', `other processes keep writing ${name.service} ${name.account}`, {
      hint: 'try again when they are done',
    });
  });
}

/** Returns what {@link reconcileCredential} would do, without writing anything. */
export async function previewReconciliation(
  context: Context,
  name: CredentialName,
  options: ReconcileOptions,
  failures: StoreFailures,
): Promise<Reconciliation> {
  const copies = await locateCopies(context, name, failures, options.target);
  return { name, copies, plan: planReconciliation(copies, options), result: { status: 'done' } };
}

/** Removes an incomplete copy from the target, and its record in the placement file. */
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

function addFailure(failures: StoreFailures, store: StoreId, error: unknown): void {
  if (error instanceof CredentialError && error.code === 'cancelled') throw error;
  failures.set(store, error);
}
