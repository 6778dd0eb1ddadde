import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, isSameName, sortUniqueNames } from '../domain/credential-name.ts';
import type { StoreId } from '../domain/store-id.ts';
import { checkPolicy } from './check-policy.ts';
import type { Context } from './context.ts';
import type { Listed } from './list-credentials.ts';
import { openEnabledStore } from './reach.ts';
import { searchOrder } from './search-order.ts';
import { foresee, type Settled, settleCredential } from './settle-credential.ts';
import { isUnsupported, reasonOf, withFix } from './store-failure.ts';
import type { Failures } from './whereabouts.ts';

/** What a migration is about. */
export interface Movable {
  /** What is the application's own: remembered, or in the encrypted file, or of the service that was asked for. */
  readonly names: readonly CredentialName[];
  /** The stores that these are in, as far as is remembered or was seen. */
  readonly sources: ReadonlySet<StoreId>;
  /** What a keyring has besides, which other programs may have put there. */
  readonly others: readonly Listed[];
}

/**
 * Names what there is to move, of one service or of all. No keyring is emptied of what others keep there: without a
 * service only what is remembered counts as the application's own.
 *
 * - the encrypted file cannot be opened → rejects: nothing can be told of what it holds
 * - a keyring does not serve, and a service is asked for or the placement was lost → rejects with its error
 */
export async function findMovable(context: Context, to: StoreId, service?: string): Promise<Movable> {
  await checkPolicy(context);
  const { placement, state } = await context.placement.read();
  const own: Listed[] = placement.filter((placed) => service === undefined || placed.service === service);
  const found: Listed[] = [];
  for (const store of searchOrder(context)) {
    if (store === 'file' || service !== undefined) own.push(...(await listIn(context, store, service)));
    else if (store !== to) found.push(...(await listOthers(context, store, state === 'intact')));
  }
  const names = sortUniqueNames(own);
  return {
    names,
    sources: new Set(own.map(({ store }) => store).filter((store) => store !== to)),
    others: found.filter((name) => !names.some((other) => isSameName(other, name))),
  };
}

/**
 * Brings credentials into `to`, one after the other, and gives what became of each. Killed anywhere, a read finds every
 * one of them, and the same again completes it. `dryRun`: nothing is written anywhere.
 */
export async function* migrate(
  context: Context,
  names: readonly CredentialName[],
  { to, dryRun }: { readonly to: StoreId; readonly dryRun: boolean },
  failures: Failures,
): AsyncGenerator<Settled> {
  const settleOne = dryRun ? foresee : settleCredential;
  for (const name of names) yield settleOne(context, name, { target: to }, failures);
}

async function listIn(context: Context, id: StoreId, service?: string): Promise<readonly Listed[]> {
  try {
    const store = await openEnabledStore(context, id);
    if (service === undefined && store.listing === 'by-service') return [];
    const names = await store.list(service, { signal: context.signal });
    return names.map((name) => ({ ...name, store: id }));
  } catch (error) {
    if (isUnsupported(error)) return [];
    throw withFix(error, id, context);
  }
}

/** Where the placement was lost, what is the application's own may be among those that cannot be named. */
async function listOthers(context: Context, id: StoreId, allOwnAreKnown: boolean): Promise<readonly Listed[]> {
  try {
    return await listIn(context, id);
  } catch (error) {
    if (!allOwnAreKnown || !(error instanceof CredentialError) || reasonOf(error) === undefined) throw error;
    context.terminal.notice(`${error.message}; what else it holds is not named`);
    return [];
  }
}
