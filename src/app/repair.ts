import { type CredentialName, sortUniqueNames } from '../domain/credential-name.ts';
import { type DivergenceKind, findDivergences } from '../domain/reconcile/divergence.ts';
import type { StoreId } from '../domain/store-id.ts';
import { checkPolicy } from './check-policy.ts';
import type { Context } from './context.ts';
import { type Left, leftBy } from './left.ts';
import { searchOrder } from './search-order.ts';
import { type Settled, settleCredential } from './settle-credential.ts';
import { trustSource } from './trust-source.ts';
import type { Failures } from './whereabouts.ts';

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
    | Left
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
    await trustSource(context, store);
  }
  const failures: Failures = new Map();
  for (const name of names) {
    const settled = await settleCredential(context, name, keep ? { keep } : {}, failures);
    const report = reportOf(context, settled, failures);
    if (report) yield { ...name, ...report };
  }
}

type Outcome<T = Repair> = T extends unknown ? Omit<T, keyof CredentialName> : never;

function reportOf(context: Context, settled: Settled, failures: Failures): Outcome | undefined {
  const { settlement, performed, whereabouts } = settled;
  const [first, ...others] = findDivergences(whereabouts, context.profile.program);
  if (performed.end === 'failed') return leftBy(performed.error, performed.store, context);
  if (settlement.kind === 'unavailable') {
    return leftBy(failures.get(settlement.store), settlement.store, context);
  }
  if (first === undefined) return undefined;
  const effects = 'steps' in settlement ? settlement.steps : [];
  if (effects.length === 0) return { outcome: 'left', explanation: first.explanation, fix: first.fix };
  return {
    outcome: 'mended',
    kinds: [first, ...others].map(({ kind }) => kind),
    explanation: [first, ...others].map(({ explanation }) => explanation).join('; '),
    ...(settlement.kind === 'resolved' && { store: settlement.to }),
    removedFrom: effects.flatMap((effect) => (effect.type === 'remove' ? [effect.store] : [])),
  };
}
