import { CredentialError, type ErrorCode, fileCodes } from '../../domain/credential-error.ts';
import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { findEntry, type PlacementEntry, type PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { CopyState, CopyStatus } from '../../domain/reconcile/reconcile-plan.ts';
import type { Secret } from '../../domain/secret.ts';
import type { StoreId } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { getSearchOrder, openEnabledStore } from '../credentials/enabled-stores.ts';
import { listByService, toKey } from '../credentials/list-credentials.ts';
import { isUnsupported } from '../credentials/store-error.ts';

/** The stores that failed, with their errors. A store that would fail for every credential isn't tried again. */
export type StoreFailures = Map<StoreId, unknown>;

/** Where the copies of a credential are, and its entry before the stores were read. */
export interface LocatedCopies extends CopyState {
  readonly record: PlacementEntry | undefined;
}

/**
 * Reads a credential from every store that might have it, `target` included. The status of a store that fails is
 * `unknown`, and its error is added to `failures`. Rejects only with `cancelled`.
 */
export async function locateCopies(
  context: Context,
  name: CredentialName,
  failures: StoreFailures,
  target?: StoreId,
): Promise<LocatedCopies> {
  const { placement, state } = await context.placement.read(name);
  const record = findEntry(placement, name);
  const required = [...(record ? [record.store, ...record.stale] : []), ...(target ? [target] : [])];
  const contents: Secret[] = [];
  const seen = new Map<StoreId, CopyStatus>();
  for (const store of new Set([...getSearchOrder(context), ...required])) {
    const copy = await readCopy(context, name, store, failures);
    if (copy === 'failed') {
      // A store that the machine doesn't have is empty, unless it's recorded to have a copy.
      const isAbsent = isUnsupported(failures.get(store), store, state) && !required.includes(store);
      seen.set(store, { kind: isAbsent ? 'absent' : 'unknown' });
    } else {
      seen.set(store, copy ? { kind: 'present', content: toContentId(copy, contents) } : { kind: 'absent' });
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

/** Returns the same number for the same bytes. */
function toContentId(secret: Secret, contents: Secret[]): number {
  const index = contents.findIndex((other) => other.equals(secret));
  return index >= 0 ? index : contents.push(secret) - 1;
}

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

/** The application's credentials and their copies, found without a prompt. */
export interface Inventory {
  readonly credentials: readonly { readonly name: CredentialName; readonly copies: CopyState }[];
  /** The errors of the stores that couldn't be listed. */
  readonly problems: readonly unknown[];
}

/** Finds the recorded credentials whose store was listed and doesn't have them. */
export function findMissing({ credentials }: Inventory): ReadonlySet<string> {
  const missing = credentials.filter(
    ({ copies: { record, seen } }) => record !== undefined && seen.get(record.store)?.kind === 'absent',
  );
  return new Set(missing.map(({ name }) => toKey(name)));
}

/** How many credentials each store is known to have, without the empty ones: the recorded ones, and those without a record. */
export function countCredentials(
  { credentials }: Inventory,
  placement: PlacementIndex,
): readonly { readonly store: StoreId; readonly credentials: number }[] {
  const unrecorded = credentials.flatMap(({ copies: { record, seen } }) =>
    record ? [] : [...seen].flatMap(([store, { kind }]) => (kind === 'present' ? [store] : [])),
  );
  const counts = new Map<StoreId, number>();
  for (const store of [...placement.map(({ store }) => store), ...unrecorded]) {
    counts.set(store, (counts.get(store) ?? 0) + 1);
  }
  return [...counts].map(([store, credentials]) => ({ store, credentials }));
}

/**
 * Lists the encrypted file, unless that takes a passphrase, and the keyring that was found usable. Only the secrets of
 * credentials that are in more than one store are read, to compare them.
 *
 * `file`: `locked` if it can't be listed without a passphrase, or its key source can't be read. `unrecorded`: credentials of
 * the keyring that the placement file may lack.
 */
export async function takeInventory(
  context: Context,
  placement: PlacementIndex,
  {
    keyring,
    file,
    unrecorded = [],
  }: {
    readonly keyring: StoreId | undefined;
    readonly file: 'absent' | 'open' | 'locked';
    readonly unrecorded?: readonly CredentialName[] | undefined;
  },
): Promise<Inventory> {
  const { stores, signal } = context;
  const problems: unknown[] = [];
  const addProblem = (error: unknown): undefined => {
    if (error instanceof CredentialError && error.code === 'cancelled') throw error;
    problems.push(error);
  };
  const listFile = async () => (await stores.open('file')).list(undefined, { signal });
  const fileNames = file === 'absent' ? [] : file === 'open' ? await listFile().catch(addProblem) : undefined;
  const names = sortUniqueNames([...placement, ...(fileNames ?? []), ...unrecorded]);
  const toKeys = (listed: readonly CredentialName[] | undefined) => listed && new Set(listed.map(toKey));
  const keysByStore: KeysByStore = new Map([['file', toKeys(fileNames)]]);
  if (keyring !== undefined && names.length > 0) {
    const store = await stores.open(keyring);
    keysByStore.set(keyring, toKeys(await listByService(store, names, signal).catch(addProblem)));
  }
  const order = new Set([...getSearchOrder(context), ...placement.flatMap(({ store, stale }) => [store, ...stale])]);
  const entries = new Map(placement.map((entry) => [toKey(entry), entry]));
  const credentials = [];
  for (const name of names) {
    const seen = new Map([...order].map((store) => [store, toCopyStatus(name, keysByStore.get(store))]));
    await compareCopies(context, name, seen);
    credentials.push({ name, copies: { record: entries.get(toKey(name)), seen } });
  }
  return { credentials, problems };
}

/** `undefined`: the store wasn't listed. */
type KeysByStore = Map<StoreId, ReadonlySet<string> | undefined>;

function toCopyStatus(name: CredentialName, keys: ReadonlySet<string> | undefined): CopyStatus {
  if (keys === undefined) return { kind: 'unknown' };
  return keys.has(toKey(name)) ? { kind: 'present', content: 0 } : { kind: 'absent' };
}

/** Reads the copies of a credential that is in several stores, to find out which of them are the same. */
async function compareCopies(
  { stores, signal }: Context,
  name: CredentialName,
  seen: Map<StoreId, CopyStatus>,
): Promise<void> {
  const holders = [...seen].flatMap(([store, { kind }]) => (kind === 'present' ? [store] : []));
  if (holders.length < 2) return;
  const contents: Secret[] = [];
  for (const store of holders) {
    const secret = await (await stores.open(store)).get(name, { signal }).catch((error: unknown) => {
      if (error instanceof CredentialError && error.code !== 'cancelled') return undefined;
      throw error;
    });
    seen.set(store, secret ? { kind: 'present', content: toContentId(secret, contents) } : { kind: 'unknown' });
  }
}
