import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { getCommand } from '../../domain/profile.ts';
import { type DivergenceKind, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { StoreId } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { checkPolicy, checkRequiredKeyring, getSearchOrder, requiresKeyring } from '../credentials/enabled-stores.ts';
import type { StoreFailures } from './locate-copies.ts';
import { type Reconciliation, reconcileCredential, verifySource } from './reconcile-credential.ts';
import { type Skipped, skippedBecause } from './report.ts';

/** The result of repairing one credential. */
export type Repair = CredentialName & RepairOutcome;

/** What happened to a credential whose copies or records were wrong. */
export type RepairOutcome =
  | {
      readonly outcome: 'fixed';
      /** The problems, the most important first. */
      readonly kinds: readonly DivergenceKind[];
      readonly explanation: string;
      /** The only store that has it now. Absent if none has, and its entry was removed. */
      readonly store?: StoreId;
      readonly removedFrom: readonly StoreId[];
    }
  | Skipped;

/**
 * Brings each credential of the application into the one store where a read finds it, and removes the entries of those
 * that are in no store. Never removes what might be the only copy. Keeps both of two different copies, unless `keep`
 * names the store whose copy to keep. Yields nothing for a credential that is in order.
 *
 * The user requires a keyring → the encrypted file isn't opened; if no keyring is usable → `keyring-required`.
 */
export async function* repair(context: Context, keep: StoreId | undefined): AsyncGenerator<Repair> {
  await checkPolicy(context);
  await checkRequiredKeyring(context);
  const { placement } = await context.placement.read();
  const names = sortUniqueNames([...placement, ...(await listFile(context))]);
  for (const store of new Set([...getSearchOrder(context), ...placement.map(({ store }) => store)])) {
    await verifySource(context, store);
  }
  const failures: StoreFailures = new Map();
  for (const name of names) {
    const reconciliation = await reconcileCredential(context, name, keep ? { keep } : {}, failures);
    const outcome = toOutcome(context, reconciliation, failures);
    if (outcome) yield { ...name, ...outcome };
  }
}

async function listFile(context: Context): Promise<readonly CredentialName[]> {
  if (requiresKeyring(context)) return [];
  return (await context.stores.open('file')).list(undefined, { signal: context.signal });
}

function toOutcome(
  context: Context,
  { copies, plan, result }: Reconciliation,
  failures: StoreFailures,
): RepairOutcome | undefined {
  if (result.status === 'failed') return skippedBecause(result.error, result.store, context);
  if (plan.kind === 'unavailable') return skippedBecause(failures.get(plan.store), plan.store, context);
  const divergences = findDivergences(copies, getCommand(context.profile));
  const [first] = divergences;
  if (first === undefined) return undefined;
  const steps = 'steps' in plan ? plan.steps : [];
  if (steps.length === 0) return { outcome: 'skipped', explanation: first.explanation, fix: first.fix };
  return {
    outcome: 'fixed',
    kinds: divergences.map(({ kind }) => kind),
    explanation: divergences.map(({ explanation }) => explanation).join('; '),
    ...(plan.kind === 'resolved' && { store: plan.to }),
    removedFrom: steps.flatMap((step) => (step.type === 'remove' ? [step.store] : [])),
  };
}
