import { CredentialError } from '../../domain/credential-error.ts';
import { isSameName } from '../../domain/credential-name.ts';
import { type PlacementEntry, type PlacementIndex, sortNewestFirst } from '../../domain/placement/placement-index.ts';
import type { KeySource } from '../../domain/profile.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import type { SelectionReport, SkippedStoreReport } from './selection-report.ts';

/** Where credentials are kept now. */
export interface StorageReport {
  readonly label: StorageLabel;
  /** The store of the newest credential; `null` where there is none. */
  readonly store: StoreId | null;
  /** How many credentials each store is known to hold; the stores that hold none are left out. */
  readonly kept: readonly { readonly store: StoreId; readonly credentials: number }[];
  /** Lines for people: why no OS keyring is used, and what is amiss. */
  readonly details: readonly string[];
}

/** What a look around found, and what it amounts to. */
export interface Storage {
  readonly storage: StorageReport;
  readonly inventory: Inventory;
}

/** Finds out where credentials are without asking for a passphrase. What cannot be found out becomes a detail. */
export async function reportStorage(context: Context, selection: SelectionReport): Promise<Storage> {
  const { settings } = context;
  const { placement: remembered, state, why } = await context.placement.read();
  const faults = why === undefined ? [] : [`the placement file ${why}; every store is looked in instead`];
  const note = (error: unknown): undefined => {
    faults.push(error instanceof CredentialError ? error.message : String(error));
  };
  // No answer is a file that cannot be read: what is remembered of it stands.
  const answer = await context.stores.findFileKeySource().then((seal) => ({ seal }), note);
  const fileSeal = answer?.seal;
  const seen = await takeInventory(context, remembered, selection, answer === undefined ? 'unreadable' : fileSeal);
  const placement = remembered.filter((placed) => !isMissing(placed, seen));
  const seal = fileSeal ?? settings.keySource;
  const store =
    findNewestStore(placement) ??
    (state === 'intact' ? undefined : await findStoreInUse(context, selection, fileSeal).catch(note));
  const file = [store, selection.outcome === 'selected' && selection.store].includes('file');
  const storage: StorageReport = {
    label: toStorageLabel(store, seal, settings.envPassphrase),
    store: store ?? null,
    kept: countByStore(placement),
    details: [
      ...sortByRelevance(selection.skipped).map(formatNotUsed),
      ...describeNewStore(store, selection),
      ...(file ? protectionDetail(seal, context) : []),
      ...faults,
      ...seen.problems,
    ],
  };
  return { storage, inventory: seen };
}

/** A store that was asked and does not have what is remembered of it; of any other, what is remembered stands. */
function isMissing(placed: PlacementEntry, { entries }: Inventory): boolean {
  const found = entries.find(({ name }) => isSameName(name, placed));
  return found?.copies.seen.get(placed.store)?.kind === 'absent';
}

/** Why one store was passed over, as doctor has it. */
export function formatNotUsed({ explanation }: SkippedStoreReport): string {
  return `OS keyring not used: ${explanation}`;
}

/** What is kept in one store is not in the way of a better one. */
function describeNewStore(store: StoreId | undefined, selection: SelectionReport): string[] {
  if (store === undefined || selection.outcome !== 'selected' || selection.store === store) return [];
  return [`the newest credential is in the ${storeNames[store]}; new ones go to the ${storeNames[selection.store]}`];
}

/** What is there and was not taken says more than what is not there at all. */
function sortByRelevance(skipped: readonly SkippedStoreReport[]): readonly SkippedStoreReport[] {
  const isThere = (about: SkippedStoreReport) => about.class === 'service-failure' || about.reason === 'volatile';
  return [...skipped].sort((a, b) => Number(isThere(b)) - Number(isThere(a)));
}

/** The store that was written to last. */
function findNewestStore(placement: PlacementIndex): StoreId | undefined {
  return sortNewestFirst(placement)[0]?.store;
}

/** Where nothing is remembered: the file if there is one, or the store that would be chosen if it holds anything. */
async function findStoreInUse(
  { stores, signal }: Context,
  selection: SelectionReport,
  fileSeal: KeySource | undefined,
): Promise<StoreId | undefined> {
  if (fileSeal) return 'file';
  if (selection.outcome !== 'selected' || selection.store === 'file') return undefined;
  const store = await stores.open(selection.store);
  if (store.listing !== 'all') return undefined;
  return (await store.list(undefined, { signal })).length > 0 ? selection.store : undefined;
}

function countByStore(placement: PlacementIndex): StorageReport['kept'] {
  const byStore = new Map<StoreId, number>();
  for (const { store } of placement) byStore.set(store, (byStore.get(store) ?? 0) + 1);
  return [...byStore].map(([store, credentials]) => ({ store, credentials }));
}

function protectionDetail(seal: KeySource, { settings }: Context): string[] {
  return [`${settings.credentialsPath} is ${describeProtection(seal)}`];
}

/** What a file's seal protects it from. */
export function describeProtection(seal: KeySource): string {
  return seal === 'home'
    ? 'sealed by your home directory: this guards against a stray backup, grep or paste, not against a program that runs as you'
    : 'sealed by your passphrase';
}

/** Where an application's credentials are kept now, as doctor heads its report. */
export type StorageLabel =
  | 'OS keyring'
  /** Not one of them either: pass(1) belongs to the user, and is used only where they say so. */
  | 'Password store (pass)'
  | 'Encrypted file (interactive passphrase)'
  | 'Encrypted file (env passphrase)'
  /** Not one of the labels that jsm's guide gives: a file sealed by home asks for no passphrase at all. */
  | 'Encrypted file (sealed by home directory)'
  | 'No credentials stored';

/** `store`: where the newest credential is kept, if there is any. `seal`: how the file is sealed. */
export function toStorageLabel(store: StoreId | undefined, seal: KeySource, envPassphrase: boolean): StorageLabel {
  if (store === undefined) return 'No credentials stored';
  if (store === 'pass') return 'Password store (pass)';
  if (store !== 'file') return 'OS keyring';
  if (seal === 'home') return 'Encrypted file (sealed by home directory)';
  return envPassphrase ? 'Encrypted file (env passphrase)' : 'Encrypted file (interactive passphrase)';
}
