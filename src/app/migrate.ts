import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, compareNames, sameName } from '../domain/credential-name.ts';
import type { StoreId } from '../domain/store-id.ts';
import { checkPolicy } from './check-policy.ts';
import type { Context } from './context.ts';
import { reach } from './reach.ts';
import { searchOrder } from './search-order.ts';
import { foresee, type Settled, settleCredential } from './settle-credential.ts';
import { isUnsupported, withFix } from './store-failure.ts';
import type { Failures } from './whereabouts.ts';

/** What a migration is about. */
export interface Movable {
  /** What is the application's own: remembered, or in the encrypted file, or of the service that was asked for. */
  readonly names: readonly CredentialName[];
  /** What a keyring has besides: other programs may have put it there. */
  readonly others: readonly CredentialName[];
}

/**
 * Names what there is to move, of one service or of all. No keyring is emptied of what others keep there: without a
 * service only what is remembered counts as the application's own.
 *
 * - the encrypted file cannot be opened → rejects: nothing can be told of what it holds
 * - a service is asked for, and a keyring does not serve → rejects with its error
 */
export async function findMovable(context: Context, service: string | undefined): Promise<Movable> {
  checkPolicy(context);
  const { placement } = await context.placement.read();
  const own = [...placement.filter((placed) => service === undefined || placed.service === service)].map(plain);
  const found: CredentialName[] = [];
  for (const store of searchOrder(context)) {
    if (store === 'file') own.push(...(await namesIn(context, store, service)));
    else if (service !== undefined) own.push(...(await namesIn(context, store, service)));
    else found.push(...(await namesIn(context, store, undefined).catch(cancelledOr([]))));
  }
  const names = unique(own);
  return { names, others: unique(found).filter((name) => !names.some((other) => sameName(other, name))) };
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
  for (const name of names) yield settleOne(context, name, { goal: to }, failures);
}

async function namesIn(context: Context, id: StoreId, service: string | undefined): Promise<readonly CredentialName[]> {
  try {
    const store = await reach(context, id);
    if (service === undefined && store.listing === 'by-service') return [];
    return await store.list(service, { signal: context.signal });
  } catch (error) {
    if (isUnsupported(error)) return [];
    throw withFix(error, id, context);
  }
}

function cancelledOr<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof CredentialError && error.code === 'cancelled') throw error;
    return instead;
  };
}

function unique(names: readonly CredentialName[]): readonly CredentialName[] {
  const sorted = [...names].sort(compareNames);
  return sorted.filter((name, index) => !sameName(name, sorted[index - 1] ?? nobody));
}

const nobody: CredentialName = { service: '', account: '' };

function plain({ service, account }: CredentialName): CredentialName {
  return { service, account };
}
