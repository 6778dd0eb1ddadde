import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { type DivergenceKind, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, checkPolicy, searchOrder } from '../context.ts';
import { type StoreFailures, verifySource } from './locate-copies.ts';
import { type Reconciliation, reconcileCredential } from './reconcile-credential.ts';
import { type Skipped, skippedBecause } from './report.ts';

/** What was done about one credential, or why nothing was. */
export type Repair = CredentialName &
  (
    | {
        readonly outcome: 'mended';
        /** What was amiss, the most telling first. */
        readonly kinds: readonly DivergenceKind[];
        readonly explanation: string;
        /** Where it is now, alone; absent where it was forgotten. */
        readonly store?: StoreId;
        readonly removedFrom: readonly StoreId[];
      }
    | Skipped
  );

/**
 * Brings each credential of the application into the one store where a read finds it, and forgets what is in none. What
 * could be the only copy stays; where copies differ both stay, unless `keep` says whose is to. Says nothing of what is
 * as it should be.
 */
export async function* repair(context: Context, keep: StoreId | undefined): AsyncGenerator<Repair> {
  await checkPolicy(context);
  const { placement } = await context.placement.read();
  const file = await context.stores.open('file');
  const names = sortUniqueNames([...placement, ...(await file.list(undefined, { signal: context.signal }))]);
  for (const store of new Set([...searchOrder(context), ...placement.map(({ store }) => store)])) {
    await verifySource(context, store);
  }
  const failures: StoreFailures = new Map();
  for (const name of names) {
    const settled = await reconcileCredential(context, name, keep ? { keep } : {}, failures);
    const report = reportRepair(context, settled, failures);
    if (report) yield { ...name, ...report };
  }
}

type Outcome<T = Repair> = T extends unknown ? Omit<T, keyof CredentialName> : never;

function reportRepair(context: Context, settled: Reconciliation, failures: StoreFailures): Outcome | undefined {
  const { plan, result, copies } = settled;
  const [first, ...others] = findDivergences(copies, context.profile.program);
  if (result.end === 'failed') return skippedBecause(result.error, result.store, context);
  if (plan.kind === 'unavailable') {
    return skippedBecause(failures.get(plan.store), plan.store, context);
  }
  if (first === undefined) return undefined;
  const effects = 'steps' in plan ? plan.steps : [];
  if (effects.length === 0) return { outcome: 'left', explanation: first.explanation, fix: first.fix };
  return {
    outcome: 'mended',
    kinds: [first, ...others].map(({ kind }) => kind),
    explanation: [first, ...others].map(({ explanation }) => explanation).join('; '),
    ...(plan.kind === 'resolved' && { store: plan.to }),
    removedFrom: effects.flatMap((effect) => (effect.type === 'remove' ? [effect.store] : [])),
  };
}
