import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  type PlacementIndex,
  recordMove,
  removeEntry,
} from '../../domain/placement/placement-index.ts';
import {
  planReconciliation,
  type ReconcileOptions,
  type ReconcilePlan,
  type ReconcileStep,
} from '../../domain/reconcile/reconcile-plan.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { openEnabledStore } from '../credentials/enabled-stores.ts';
import { verifyWritten } from '../credentials/set-credential.ts';
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

type ApplyResult =
  | { readonly status: 'done' }
  /** Another process wrote the credential meanwhile, so the plan is out of date. */
  | { readonly status: 'outdated' }
  | {
      readonly status: 'failed';
      readonly step: ReconcileStep;
      readonly store: StoreId;
      readonly error: unknown;
    };

/** The credential that a plan is about. */
interface PlanSubject {
  readonly name: CredentialName;
  /** Its entry when the plan was made. */
  readonly record: PlacementEntry | undefined;
  /** Returns whether this process still has the lock. */
  held(): boolean;
}

/**
 * Performs the steps of a plan in order, up to the first that fails. Rejects if the placement file can't be written or
 * the lock was lost. Stopping after any step is safe: see `planReconciliation`.
 */
async function applyPlan(
  context: Context,
  { name, record, held }: PlanSubject,
  steps: readonly ReconcileStep[],
): Promise<ApplyResult> {
  let expected = record;
  // Checked right before each change of a store: another process may have written it while this one was suspended.
  const isUnchanged = async () =>
    isSameRevision(findEntry((await context.placement.read(name)).placement, name), expected) && held();
  for (const step of steps) {
    if (!held()) throw changedMeanwhileError(name);
    switch (step.type) {
      case 'record':
      case 'forget': {
        const updated = await updateEntry(context, name, step, expected);
        if (updated === 'outdated') return { status: 'outdated' };
        expected = updated;
        break;
      }
      case 'copy': {
        const failure = await copySecret(context, name, step, isUnchanged);
        if (failure === 'outdated') return { status: 'outdated' };
        if (failure !== undefined) return { status: 'failed', step, ...failure };
        break;
      }
      case 'remove':
        try {
          const store = await openEnabledStore(context, step.store);
          if (!(await isUnchanged())) return { status: 'outdated' };
          await store.delete(name, { signal: context.signal });
        } catch (error) {
          return { status: 'failed', step, store: step.store, error };
        }
        break;
      default:
        assertNever(step);
    }
  }
  return { status: 'done' };
}

/** Returns the updated entry, or `outdated` if the current one isn't as expected. */
async function updateEntry(
  { placement, clock }: Context,
  name: CredentialName,
  step: Extract<ReconcileStep, { type: 'record' | 'forget' }>,
  expected: PlacementEntry | undefined,
): Promise<PlacementEntry | undefined | 'outdated'> {
  const movedAt = clock();
  const change = (now: PlacementIndex) =>
    step.type === 'forget' ? removeEntry(now, name) : recordMove(now, name, step.record, movedAt);
  let updated: PlacementEntry | undefined | 'outdated';
  await placement.update((now) => {
    const isExpected = isSameRevision(findEntry(now, name), expected);
    const next = isExpected ? change(now) : now;
    updated = isExpected ? findEntry(next, name) : 'outdated';
    return next;
  }, name);
  return updated;
}

/** Copies a secret and reads it back. Returns the store that failed, and its error. */
async function copySecret(
  context: Context,
  name: CredentialName,
  { from, to }: Extract<ReconcileStep, { type: 'copy' }>,
  isUnchanged: () => Promise<boolean>,
): Promise<{ readonly store: StoreId; readonly error: unknown } | 'outdated' | undefined> {
  const { signal } = context;
  let current = from;
  try {
    const secret = await (await openEnabledStore(context, from)).get(name, { signal });
    if (secret === undefined) throw new CredentialError('failed', `the ${storeNames[from]} no longer has it`);
    current = to;
    const target = await openEnabledStore(context, to);
    if (!(await isUnchanged())) return 'outdated';
    await target.set(name, secret, { signal });
    await verifyWritten(context, name, secret, to);
    return undefined;
  } catch (error) {
    return { store: current, error };
  }
}

/**
 * Rejects with `round-trip-mismatch` if a keyring doesn't return the bytes that it was given: what it returns for a
 * credential may be wrong, so no other copy may be removed because of it. Any other failure shows when it's read.
 */
export async function verifySource({ stores, settings, signal }: Context, store: StoreId): Promise<void> {
  if (store === 'file' || settings.policy.keyringDisabled || !stores.candidates.includes(store)) return;
  const probe = await (await stores.openProbe(store)).probe({ signal });
  if (probe.kind !== 'service-failure' || probe.reason !== 'round-trip-mismatch') return;
  throw new CredentialError(
    probe.reason,
    `the ${storeNames[store]} returned a different secret than the one it was given, so no copy was removed`,
    { hint: 'check the secret of each credential, and store the wrong ones again' },
  );
}
