import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { planReconciliation, type ReconcileOptions, type ReconcilePlan } from '../domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../domain/store-id.ts';
import { withLock } from './alone.ts';
import type { Context } from './context.ts';
import { type Performed, performMoves } from './perform-moves.ts';
import { type Failures, type Found, findWhereabouts } from './whereabouts.ts';

/** What was found of a credential, what that called for, and how far it was done. */
export interface Settled {
  readonly name: CredentialName;
  readonly whereabouts: Found;
  readonly settlement: ReconcilePlan;
  readonly performed: Exclude<Performed, { end: 'overtaken' }>;
}

/** How often a credential that other processes keep writing is begun anew. */
const maxAttempts = 10;

/**
 * Brings a credential into one store. Killed anywhere, a read finds it, and the same again completes it. A store that
 * fails is in `failures`; a record that cannot be written rejects.
 */
export async function settleCredential(
  context: Context,
  name: CredentialName,
  wish: ReconcileOptions,
  failures: Failures,
): Promise<Settled> {
  return withLock(context, async (held) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { whereabouts, settlement } = await foresee(context, name, wish, failures);
      const effects = 'steps' in settlement ? settlement.steps : [];
      const performed = await performMoves(context, { name, record: whereabouts.record, held }, effects);
      if (performed.end === 'overtaken') continue;
      if (performed.end === 'failed') {
        note(failures, performed.store, performed.error);
        if (performed.at.type === 'copy') await leaveWhereItIs(context, name, held, failures);
      }
      return { name, whereabouts, settlement, performed };
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

/** What {@link settleCredential} would do, without doing it. */
export async function foresee(
  context: Context,
  name: CredentialName,
  wish: ReconcileOptions,
  failures: Failures,
): Promise<Settled> {
  const whereabouts = await findWhereabouts(context, name, failures, wish.target);
  return { name, whereabouts, settlement: planReconciliation(whereabouts, wish), performed: { end: 'done' } };
}

/** Takes back what was begun: what may have come of the copy, and the note of it. */
async function leaveWhereItIs(
  context: Context,
  name: CredentialName,
  held: () => boolean,
  failures: Failures,
): Promise<void> {
  const { whereabouts, settlement } = await foresee(context, name, {}, failures);
  if (settlement.kind !== 'resolved') return;
  await performMoves(context, { name, record: whereabouts.record, held }, settlement.steps);
}

function note(failures: Failures, store: StoreId, error: unknown): void {
  if (error instanceof CredentialError && error.code === 'cancelled') throw error;
  failures.set(store, error);
}
