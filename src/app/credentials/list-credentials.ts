import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames, isSameName } from '../../domain/credential-name.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  type PlacementIndex,
} from '../../domain/placement/placement-index.ts';
import type { StoreId } from '../../domain/store-id.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import { type Context, checkPolicy, openEnabledStore, searchOrder } from '../context.ts';
import { isUnsupported, toReason, withFix } from './store-error.ts';

/** A credential's name, and the store that a read would take it from. */
export interface ListedCredential extends CredentialName {
  readonly store: StoreId;
}

/**
 * Names what is kept, of one service or of all, sorted, each name once. No passphrase is asked for where the placement
 * already knows what the file holds.
 *
 * - a store does not serve → what the placement remembers of it stands in, and a warning says so
 * - a store does not serve, and the placement knows nothing → rejects with that store's error: never a part
 */
export async function listCredentials(context: Context, service?: string): Promise<readonly ListedCredential[]> {
  await checkPolicy(context);
  const { placement, state } = await context.placement.read();
  const lost = state !== 'intact';
  const remembered = placement.filter((placed) => service === undefined || placed.service === service);
  const order = new Set([...searchOrder(context), ...remembered.map(({ store }) => store)]);
  const listed: ListedCredential[] = [];
  for (const store of order) {
    const here = remembered.filter((placed) => placed.store === store);
    const names = recordedNames(context, store, here) ?? (await listFrom(context, store, here, service, lost));
    for (const { service, account } of names) {
      const name = { service, account };
      const elsewhere = remembered.some((placed) => isSameName(placed, name) && placed.store !== store);
      if (!elsewhere && !listed.some((other) => isSameName(other, name))) listed.push({ ...name, store });
    }
  }
  return [...listed, ...(await findMoved(context, placement, listed, service))].sort(compareNames);
}

/** What was moved while it was looked for: to a store that had been asked, or away and back. */
async function findMoved(
  { placement }: Context,
  before: PlacementIndex,
  listed: readonly ListedCredential[],
  service: string | undefined,
): Promise<readonly ListedCredential[]> {
  return (await placement.read()).placement
    .filter((placed) => service === undefined || placed.service === service)
    .filter((placed) => !isSameRevision(findEntry(before, placed), placed))
    .filter((placed) => !listed.some((other) => isSameName(other, placed)))
    .map(({ service, account, store }) => ({ service, account, store }));
}

/** A passphrase is not asked for only to learn what the placement knows already. */
function recordedNames(
  { settings }: Context,
  store: StoreId,
  here: readonly PlacementEntry[],
): readonly CredentialName[] | undefined {
  return store === 'file' && settings.keySource === 'passphrase' && here.length > 0 ? here : undefined;
}

async function listFrom(
  context: Context,
  id: StoreId,
  here: readonly PlacementEntry[],
  service: string | undefined,
  lost: boolean,
): Promise<readonly CredentialName[]> {
  try {
    return await listNames(await openEnabledStore(context, id), here, service, context.signal);
  } catch (error) {
    if (isUnsupported(error)) return here;
    if (lost || !(error instanceof CredentialError) || toReason(error) === undefined) throw withFix(error, id, context);
    context.terminal.warn(`${error.message}; of what it holds, only what was stored from here is listed`);
    return here;
  }
}

async function listNames(
  store: CredentialStore,
  here: readonly PlacementEntry[],
  service: string | undefined,
  signal: AbortSignal,
): Promise<readonly CredentialName[]> {
  if (service !== undefined || store.listing === 'all') return store.list(service, { signal });
  return listByService(store, here, signal);
}

/** What a store has of the services that `remembered` names. */
export async function listByService(
  store: CredentialStore,
  remembered: readonly CredentialName[],
  signal: AbortSignal,
): Promise<readonly CredentialName[]> {
  const services = new Set(remembered.map(({ service }) => service));
  return (await Promise.all([...services].map((service) => store.list(service, { signal })))).flat();
}
