import { assertNever } from '../../domain/assert-never.ts';
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
import type { ReconcileStep } from '../../domain/reconcile/reconcile-plan.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { type Context, openEnabledStore } from '../context.ts';

/** How far the effects were performed. */
export type ApplyResult =
  | { readonly end: 'done' }
  /** Another process wrote the credential meanwhile: what is to be done has to be decided again. */
  | { readonly end: 'overtaken' }
  | { readonly end: 'failed'; readonly at: ReconcileStep; readonly store: StoreId; readonly error: unknown };

/** What effects are performed on. */
export interface PlanSubject {
  readonly name: CredentialName;
  /** What was remembered of it when the effects were decided. */
  readonly record: PlacementEntry | undefined;
  /** Whether nobody else takes copies away. */
  held(): boolean;
}

/**
 * Performs the effects of a settlement in order, as far as they go. Rejects where the record cannot be written, or the
 * lock was lost; that too is no worse than being killed there.
 */
export async function applyPlan(
  context: Context,
  { name, record: before, held }: PlanSubject,
  effects: readonly ReconcileStep[],
): Promise<ApplyResult> {
  let expected = before;
  for (const effect of effects) {
    if (!held()) throw new CredentialError('file-busy', 'the lock of the credentials was lost', { hint: 'try again' });
    switch (effect.type) {
      case 'record':
      case 'forget': {
        const next = await updateRecord(context, name, effect, expected);
        if (next === 'overtaken') return { end: next };
        expected = next;
        break;
      }
      case 'copy': {
        const failure = await copySecret(context, name, effect.from, effect.to);
        if (failure !== undefined) return { end: 'failed', at: effect, ...failure };
        break;
      }
      case 'remove':
        try {
          await (await openEnabledStore(context, effect.store)).delete(name, { signal: context.signal });
        } catch (error) {
          return { end: 'failed', at: effect, store: effect.store, error };
        }
        break;
      default:
        assertNever(effect);
    }
  }
  return { end: 'done' };
}

/** Gives what is remembered from now on. Rejects where the record cannot be written. */
async function updateRecord(
  { placement, clock }: Context,
  name: CredentialName,
  effect: Extract<ReconcileStep, { type: 'record' | 'forget' }>,
  expected: PlacementEntry | undefined,
): Promise<PlacementEntry | undefined | 'overtaken'> {
  const at = clock();
  const change = (now: PlacementIndex) =>
    effect.type === 'forget' ? removeEntry(now, name) : recordMove(now, name, effect.record, at);
  let result: PlacementEntry | undefined | 'overtaken';
  await placement.update((now) => {
    const isExpected = isSameRevision(findEntry(now, name), expected);
    const next = isExpected ? change(now) : now;
    result = isExpected ? findEntry(next, name) : 'overtaken';
    return next;
  });
  return result;
}

/** Resolves when `to` gives back the very bytes that `from` has. */
async function copySecret(
  context: Context,
  name: CredentialName,
  from: StoreId,
  to: StoreId,
): Promise<{ readonly store: StoreId; readonly error: unknown } | undefined> {
  const { signal } = context;
  let store = from;
  try {
    const secret = await (await openEnabledStore(context, from)).get(name, { signal });
    if (secret === undefined) throw new CredentialError('failed', `the ${storeNames[from]} no longer has it`);
    store = to;
    const goal = await openEnabledStore(context, to);
    await goal.set(name, secret, { signal });
    const kept = await goal.get(name, { signal });
    if (kept?.equals(secret)) return undefined;
    throw new CredentialError(
      'round-trip-mismatch',
      `the ${storeNames[to]} gave back another secret than it was given`,
    );
  } catch (error) {
    return { store, error };
  }
}
