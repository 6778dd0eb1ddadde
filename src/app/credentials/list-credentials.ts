import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames } from '../../domain/credential-name.ts';
import { isSameRevision, type PlacementEntry, type PlacementIndex } from '../../domain/placement/placement-index.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { Context } from '../context.ts';
import {
  checkPolicy,
  checkRequiredKeyring,
  getSearchOrder,
  openEnabledStore,
  requiresKeyring,
} from './enabled-stores.ts';
import { isUnsupported, toReason, withFix } from './store-error.ts';

/** A credential's name, the store that a read would use, and when it was stored there. */
export interface ListedCredential extends CredentialName {
  readonly store: StoreId;
  /** In the format of `Date.prototype.toISOString`. Absent if the placement file doesn't record it. */
  readonly writtenAt?: string;
  /** When it expires, in the same format. Absent if that wasn't recorded. */
  readonly expiresAt?: string;
}

/**
 * Lists the credentials of one service or of all: sorted, each once. Doesn't ask for a passphrase if the placement file
 * records credentials in the encrypted file.
 *
 * - the encrypted file is not the expected one → rejects as a read does
 * - a store is unavailable → lists its recorded credentials instead, with a warning
 * - a store is unavailable, and the placement file is missing or damaged → rejects with that store's error
 * - the user requires a keyring → lists the recorded credentials of the encrypted file without opening it; if the keyring
 *   is unavailable → `keyring-required`
 */
export async function listCredentials(context: Context, service?: string): Promise<readonly ListedCredential[]> {
  await checkPolicy(context);
  const { placement, state } = await context.placement.read();
  const recorded = placement.filter((entry) => service === undefined || entry.service === service);
  const order = new Set([...getSearchOrder(context), ...recorded.map(({ store }) => store)]);
  const entries = new Map(recorded.map((entry) => [toKey(entry), entry]));
  const listed = new Map<string, ListedCredential>();
  for (const store of order) {
    const recordedHere = recorded.filter((entry) => entry.store === store);
    const isUnopened = needsPassphrase(context, store, recordedHere);
    if (isUnopened && !requiresKeyring(context)) await context.stores.checkFile();
    const names = isUnopened
      ? recordedHere
      : await listStore(context, store, { recorded: recordedHere, service, isComplete: state === 'intact' });
    for (const { service, account } of names) {
      const key = toKey({ service, account });
      const entry = entries.get(key);
      if (listed.has(key) || (entry && entry.store !== store)) continue;
      listed.set(key, entry ? toListed(entry) : { service, account, store });
    }
  }
  const found = [...listed.values()];
  if (found.every(({ store }) => store === 'file')) await checkRequiredKeyring(context);
  return [...found, ...(await findMoved(context, placement, listed, service))].sort(compareNames);
}

function toListed({ service, account, store, writtenAt, expiresAt }: PlacementEntry): ListedCredential {
  return { service, account, store, writtenAt, ...(expiresAt !== undefined && { expiresAt }) };
}

/** A key for a map or a set of names: no name contains a NUL. */
export function toKey({ service, account }: CredentialName): string {
  return `${service}\0${account}`;
}

function needsPassphrase({ settings }: Context, store: StoreId, recorded: readonly PlacementEntry[]): boolean {
  return store === 'file' && settings.keySource === 'passphrase' && recorded.length > 0;
}

/**
 * Lists one store. `isComplete`: the placement file is intact, so `recorded` has everything that was stored from here.
 *
 * - the machine doesn't have the store, or the user excluded the encrypted file → `recorded`
 * - the store is unavailable → `recorded`, with a warning, if that's complete; otherwise rejects with the fix as a hint
 */
export async function listStore(
  context: Context,
  id: StoreId,
  {
    recorded,
    service,
    isComplete,
  }: {
    readonly recorded: readonly PlacementEntry[];
    readonly service: string | undefined;
    readonly isComplete: boolean;
  },
): Promise<readonly CredentialName[]> {
  const { signal, terminal, profile } = context;
  if (id === 'file' && requiresKeyring(context)) return recorded;
  try {
    const store = await openEnabledStore(context, id);
    const canList = service !== undefined || store.listing === 'all';
    let locked: number | undefined;
    const onLockedItems = (count: number) => {
      locked = count;
    };
    const options = { signal, onLockedItems };
    const names = await (canList ? store.list(service, options) : listByService(store, recorded, signal));
    if (locked === undefined) return names;
    terminal.warn(formatLocked(id, locked, profile.program), undefined, 'list-incomplete');
    return [...names, ...recorded];
  } catch (error) {
    const isEmpty = isUnsupported(error, id, isComplete ? 'intact' : 'absent');
    const isReported = recorded.length > 0 && (requiresKeyring(context) || toReason(error) === 'no-collection');
    if (isEmpty && !isReported) return recorded;
    if (
      !isComplete ||
      requiresKeyring(context) ||
      !(error instanceof CredentialError) ||
      toReason(error) === undefined
    ) {
      throw withFix(error, id, context);
    }
    terminal.warn(
      `${error.message}; only credentials that ${profile.program} stored there are listed`,
      undefined,
      'list-incomplete',
    );
    return recorded;
  }
}

function formatLocked(store: StoreId, count: number, program: string): string {
  const items = count === 0 ? 'a locked keyring' : count === 1 ? '1 locked item' : `${count} locked items`;
  return `the ${storeNames[store]} has ${items}; of that, only credentials that ${program} stored are listed`;
}

/** Lists a store's credentials for the services that occur in `names`. */
export async function listByService(
  store: CredentialStore,
  names: readonly CredentialName[],
  signal: AbortSignal,
): Promise<readonly CredentialName[]> {
  const services = [...new Set(names.map(({ service }) => service))];
  const listed: CredentialName[] = [];
  for (let start = 0; start < services.length; start += maxConcurrentLists) {
    const some = services.slice(start, start + maxConcurrentLists);
    const lists = await Promise.all(some.map((service) => store.list(service, { signal })));
    listed.push(...lists.flat());
  }
  return listed;
}

/** Each listens for the abort of the same signal, and Node warns about more than ten listeners. */
const maxConcurrentLists = 8;

/** Credentials that another process moved, while we listed, from a store we hadn't listed yet to one that we had. */
async function findMoved(
  { placement }: Context,
  before: PlacementIndex,
  listed: ReadonlyMap<string, ListedCredential>,
  service: string | undefined,
): Promise<readonly ListedCredential[]> {
  const known = new Map(before.map((entry) => [toKey(entry), entry]));
  return (await placement.read()).placement
    .filter((entry) => service === undefined || entry.service === service)
    .filter((entry) => !isSameRevision(known.get(toKey(entry)), entry))
    .filter((entry) => !listed.has(toKey(entry)))
    .map(toListed);
}
