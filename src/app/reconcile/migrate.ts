import { advise } from '../../domain/advice/advise.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, isSameName, sortUniqueNames } from '../../domain/credential-name.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { type Context, checkPolicy, openEnabledStore, searchOrder } from '../context.ts';
import type { ListedCredential } from '../credentials/list-credentials.ts';
import { runSelection } from '../credentials/select-store.ts';
import { isUnsupported, toReason, withFix } from '../credentials/store-error.ts';
import type { StoreFailures } from './locate-copies.ts';
import { previewReconciliation, type Reconciliation, reconcileCredential } from './reconcile-credential.ts';

/** What a migration is about. */
export interface MigrationScope {
  /** What is the application's own: remembered, or in the encrypted file, or of the service that was asked for. */
  readonly names: readonly CredentialName[];
  /** The stores that these are in, as far as is remembered or was seen. */
  readonly sources: ReadonlySet<StoreId>;
  /** What a keyring has besides, which other programs may have put there. */
  readonly others: readonly ListedCredential[];
}

/**
 * Names what there is to move, of one service or of all. No keyring is emptied of what others keep there: without a
 * service only what is remembered counts as the application's own.
 *
 * - the encrypted file cannot be opened → rejects: nothing can be told of what it holds
 * - a keyring does not serve, and a service is asked for or the placement was lost → rejects with its error
 */
export async function findMigrationScope(context: Context, to: StoreId, service?: string): Promise<MigrationScope> {
  await checkPolicy(context);
  const { placement, state } = await context.placement.read();
  const own: ListedCredential[] = placement.filter((placed) => service === undefined || placed.service === service);
  const found: ListedCredential[] = [];
  for (const store of searchOrder(context)) {
    if (store === 'file' || service !== undefined) own.push(...(await listStore(context, store, service)));
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
  failures: StoreFailures,
): AsyncGenerator<Reconciliation> {
  const settleOne = dryRun ? previewReconciliation : reconcileCredential;
  for (const name of names) yield settleOne(context, name, { target: to }, failures);
}

async function listStore(context: Context, id: StoreId, service?: string): Promise<readonly ListedCredential[]> {
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
async function listOthers(
  context: Context,
  id: StoreId,
  allOwnAreKnown: boolean,
): Promise<readonly ListedCredential[]> {
  try {
    return await listStore(context, id);
  } catch (error) {
    if (!allOwnAreKnown || !(error instanceof CredentialError) || toReason(error) === undefined) throw error;
    context.terminal.notice(`${error.message}; what else it holds is not named`);
    return [];
  }
}

/**
 * Makes sure that a store can take credentials, by the same probe that a choice rests on; `dryRun`: as far as a look at
 * it tells, without writing.
 *
 * - the machine does not have it → `not-installed`
 * - the user switched the keyrings off → `contradictory-settings`
 * - it does not serve, or forgets → `keyring-required`, with what would make it serve
 */
export async function prepareTarget(context: Context, store: StoreId, dryRun: boolean): Promise<void> {
  const { settings, stores, profile, host, signal } = context;
  const opened = await stores.open(store);
  if (store === 'file') return;
  if (settings.policy.keyringDisabled) {
    const variable = profile.variables.disableKeyring;
    throw new CredentialError('contradictory-settings', `the ${storeNames[store]} is switched off by ${variable}`, {
      hint: `unset ${variable}`,
    });
  }
  if (dryRun) {
    await opened.list(profile.sentinelService, { signal }).catch((error: unknown) => {
      throw targetError(store, withFix(error, store, context));
    });
    return;
  }
  const policy = { preference: 'keychain', keyringDisabled: false };
  const alone = { ...context, settings: { ...settings, policy }, stores: { ...stores, candidates: [store] } };
  const { selection } = await runSelection(alone, () => {});
  const [about] = selection.skipped;
  if (about === undefined) return;
  const { explanation, fix } = advise(about, host);
  throw targetError(store, new CredentialError('failed', explanation, { hint: fix }));
}

function targetError(store: StoreId, error: unknown): unknown {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') return error;
  const { message, hint } = error;
  return new CredentialError('keyring-required', `the ${storeNames[store]} cannot take credentials: ${message}`, {
    ...(hint && { hint }),
  });
}
