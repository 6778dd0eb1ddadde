import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, isSameName, sortUniqueNames } from '../../domain/credential-name.ts';
import { findEntry, type PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { KeySource } from '../../domain/profile.ts';
import type { CopyState, CopyStatus } from '../../domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, searchOrder } from '../context.ts';
import { listByService } from '../credentials/list-credentials.ts';
import { toContentId } from '../reconcile/locate-copies.ts';
import type { SelectionReport } from './selection-report.ts';

/** Where the application's credentials are, as far as that is seen without asking anybody. */
export interface Inventory {
  readonly entries: readonly { readonly name: CredentialName; readonly copies: CopyState }[];
  /** What could not be found out, and why. */
  readonly problems: readonly string[];
}

/** The names that a store has, of those that matter; `undefined`: it was not asked, or did not answer. */
type NamesByStore = ReadonlyMap<StoreId, readonly CredentialName[] | undefined>;

/**
 * Looks at the file, unless that takes a passphrase, and at the keyring that was found usable. Names only, but for those
 * that are in more than one store: there the secrets are compared. `seal`: the file's, `unreadable` where it is not told.
 */
export async function takeInventory(
  context: Context,
  remembered: PlacementIndex,
  selection: SelectionReport,
  seal: KeySource | undefined | 'unreadable',
): Promise<Inventory> {
  const problems: string[] = [];
  const note = (error: unknown): undefined => {
    if (error instanceof CredentialError && error.code === 'cancelled') throw error;
    problems.push(error instanceof CredentialError ? error.message : String(error));
  };
  const { stores, signal } = context;
  const inFile = async () => (await stores.open('file')).list(undefined, { signal });
  const fileNames = seal === undefined ? [] : seal === 'home' ? await inFile().catch(note) : undefined;
  const own = sortUniqueNames([...remembered, ...(fileNames ?? [])]);
  const holdings = new Map<StoreId, readonly CredentialName[] | undefined>([['file', fileNames]]);
  if (selection.outcome === 'selected' && selection.store !== 'file' && own.length > 0) {
    const keyring = await stores.open(selection.store);
    holdings.set(selection.store, await listByService(keyring, own, signal).catch(note));
  }
  const order = new Set([...searchOrder(context), ...remembered.flatMap(({ store, stale }) => [store, ...stale])]);
  const entries = [];
  for (const name of own) {
    const seen = await compareCopies(context, name, toCopyStatuses(name, [...order], holdings));
    entries.push({ name, copies: { record: findEntry(remembered, name), seen } });
  }
  return { entries, problems };
}

function toCopyStatuses(
  name: CredentialName,
  order: readonly StoreId[],
  holdings: NamesByStore,
): Map<StoreId, CopyStatus> {
  const sighting = (store: StoreId): CopyStatus => {
    const names = holdings.get(store);
    if (names === undefined) return { kind: 'unknown' };
    return names.some((other) => isSameName(other, name)) ? { kind: 'present', content: 0 } : { kind: 'absent' };
  };
  return new Map(order.map((store) => [store, sighting(store)]));
}

/** One copy is like itself; of several the bytes tell. */
async function compareCopies(
  { stores, signal }: Context,
  name: CredentialName,
  seen: Map<StoreId, CopyStatus>,
): Promise<CopyState['seen']> {
  const kept = [...seen].flatMap(([store, { kind }]) => (kind === 'present' ? [store] : []));
  if (kept.length < 2) return seen;
  const contents: Parameters<typeof toContentId>[1] = [];
  for (const store of kept) {
    const secret = await (await stores.open(store)).get(name, { signal }).catch((error: unknown) => {
      if (error instanceof CredentialError && error.code !== 'cancelled') return undefined;
      throw error;
    });
    seen.set(store, secret ? { kind: 'present', content: toContentId(secret, contents) } : { kind: 'unknown' });
  }
  return seen;
}
