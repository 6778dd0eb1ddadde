import { CredentialError, type ErrorCode, fileCodes } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { findEntry, type PlacementEntry } from '../domain/placement/placement-index.ts';
import type { CopyState, CopyStatus } from '../domain/reconcile/reconcile-plan.ts';
import type { Secret } from '../domain/secret.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { openEnabledStore } from './reach.ts';
import { searchOrder } from './search-order.ts';
import { isUnsupported } from './store-failure.ts';

/** The stores that failed, with their errors: one that would fail for every credential is not asked again. */
export type Failures = Map<StoreId, unknown>;

/** Whereabouts with the whole of the record, as it was before the stores were asked. */
export interface Found extends CopyState {
  readonly record: PlacementEntry | undefined;
}

/**
 * Asks every store that may hold a credential for it, and `goal` too. A store that does not answer is `unknown`, and its
 * error is in `failures`. Rejects only with `cancelled`.
 */
export async function findWhereabouts(
  context: Context,
  name: CredentialName,
  failures: Failures,
  goal?: StoreId,
): Promise<Found> {
  const record = findEntry((await context.placement.read()).placement, name);
  const needed = [...(record ? [record.store, ...record.stale] : []), ...(goal ? [goal] : [])];
  const contents: Secret[] = [];
  const seen = new Map<StoreId, CopyStatus>();
  for (const store of new Set([...searchOrder(context), ...needed])) {
    const answer = await ask(context, name, store, failures);
    if (answer === 'failed') {
      // A store that the machine does not have holds nothing, unless something is known to have been put there.
      const absent = isUnsupported(failures.get(store)) && !needed.includes(store);
      seen.set(store, { kind: absent ? 'absent' : 'unknown' });
    } else {
      seen.set(store, answer ? { kind: 'present', content: contentOf(answer, contents) } : { kind: 'absent' });
    }
  }
  return { record, seen };
}

async function ask(
  context: Context,
  name: CredentialName,
  id: StoreId,
  failures: Failures,
): Promise<Secret | undefined | 'failed'> {
  if (isLasting(failures.get(id))) return 'failed';
  try {
    const store = await openEnabledStore(context, id);
    return await store.get(name, { signal: context.signal });
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'cancelled') throw error;
    failures.set(id, error);
    return 'failed';
  }
}

/** Equal bytes get one number. */
export function contentOf(secret: Secret, contents: Secret[]): number {
  const index = contents.findIndex((other) => other.equals(secret));
  return index >= 0 ? index : contents.push(secret) - 1;
}

/** Codes of failures that another credential would meet as well. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'disabled',
  'binding-missing',
  'no-session-bus',
  'not-installed',
  'not-running',
  'locked',
  'no-collection',
  'timed-out',
  ...fileCodes,
]);

function isLasting(error: unknown): boolean {
  return error instanceof CredentialError && lasting.has(error.code);
}
