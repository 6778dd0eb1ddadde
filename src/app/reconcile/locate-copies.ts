import { CredentialError, type ErrorCode, fileCodes } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, type PlacementEntry } from '../../domain/placement/placement-index.ts';
import type { CopyState, CopyStatus } from '../../domain/reconcile/reconcile-plan.ts';
import type { Secret } from '../../domain/secret.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { type Context, openEnabledStore, searchOrder } from '../context.ts';
import { isUnsupported } from '../credentials/store-error.ts';

/** The stores that failed, with their errors: one that would fail for every credential is not asked again. */
export type StoreFailures = Map<StoreId, unknown>;

/** Whereabouts with the whole of the record, as it was before the stores were asked. */
export interface LocatedCopies extends CopyState {
  readonly record: PlacementEntry | undefined;
}

/**
 * Asks every store that may hold a credential for it, and `goal` too. A store that does not answer is `unknown`, and its
 * error is in `failures`. Rejects only with `cancelled`.
 */
export async function locateCopies(
  context: Context,
  name: CredentialName,
  failures: StoreFailures,
  goal?: StoreId,
): Promise<LocatedCopies> {
  const record = findEntry((await context.placement.read()).placement, name);
  const needed = [...(record ? [record.store, ...record.stale] : []), ...(goal ? [goal] : [])];
  const contents: Secret[] = [];
  const seen = new Map<StoreId, CopyStatus>();
  for (const store of new Set([...searchOrder(context), ...needed])) {
    const answer = await readCopy(context, name, store, failures);
    if (answer === 'failed') {
      // A store that the machine does not have holds nothing, unless something is known to have been put there.
      const absent = isUnsupported(failures.get(store)) && !needed.includes(store);
      seen.set(store, { kind: absent ? 'absent' : 'unknown' });
    } else {
      seen.set(store, answer ? { kind: 'present', content: toContentId(answer, contents) } : { kind: 'absent' });
    }
  }
  return { record, seen };
}

async function readCopy(
  context: Context,
  name: CredentialName,
  id: StoreId,
  failures: StoreFailures,
): Promise<Secret | undefined | 'failed'> {
  if (affectsEveryCredential(failures.get(id))) return 'failed';
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
export function toContentId(secret: Secret, contents: Secret[]): number {
  const index = contents.findIndex((other) => other.equals(secret));
  return index >= 0 ? index : contents.push(secret) - 1;
}

/** Codes of failures that another credential would meet as well. */
const codesForEveryCredential: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
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

function affectsEveryCredential(error: unknown): boolean {
  return error instanceof CredentialError && codesForEveryCredential.has(error.code);
}

/**
 * Rejects with `round-trip-mismatch` where a keyring gives back other bytes than it was given: what it says it holds is
 * not what was stored, and no copy may be removed for it. Any other failing shows when it is read.
 */
export async function verifySource({ stores, settings, signal }: Context, store: StoreId): Promise<void> {
  if (store === 'file' || settings.policy.keyringDisabled || !stores.candidates.includes(store)) return;
  const probe = await (await stores.openProbe(store)).probe({ signal });
  if (probe.kind !== 'service-failure' || probe.reason !== 'round-trip-mismatch') return;
  throw new CredentialError(
    probe.reason,
    `the ${storeNames[store]} gave back another secret than it was given: nothing is removed on its word`,
    { hint: 'look at what it gives for each name, and store anew what is wrong' },
  );
}
