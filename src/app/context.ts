import { CredentialError } from '../domain/credential-error.ts';
import type { HostInfo } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { Mutex } from '../ports/mutex.ts';
import type { PlacementRepository } from '../ports/placement-repository.ts';
import type { Stores } from '../ports/stores.ts';
import type { Terminal } from '../ports/terminal.ts';
import type { Settings } from './settings.ts';

/** Everything that a use case works with. */
export interface Context {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly host: HostInfo;
  readonly stores: Stores;
  readonly placement: PlacementRepository;
  /** Of all processes that take a copy of a credential away from a store, one at a time. */
  readonly mutex: Mutex;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Calls off what is under way. */
  readonly signal: AbortSignal;
}

/**
 * The stores that may hold a credential of which nothing is remembered, best first. A user who asked for the file, or
 * who disabled the keyring, does not have the keyring touched.
 */
export function searchOrder({ settings: { policy }, stores }: Context): readonly StoreId[] {
  if (policy.preference === 'file' || policy.keyringDisabled) return ['file'];
  return [...stores.candidates.filter((candidate) => candidate !== 'keyutils'), 'file'];
}

/** Opens a store that something is, or may be, kept in. A keyring that the user switched off → `disabled`. */
export async function openEnabledStore(
  { settings, profile, stores }: Context,
  store: StoreId,
): Promise<CredentialStore> {
  if (settings.policy.keyringDisabled && store !== 'file') {
    const variable = profile.variables.disableKeyring;
    throw new CredentialError('disabled', `the ${storeNames[store]} is switched off by ${variable}`, {
      hint: `unset ${variable}, or store the credential again`,
    });
  }
  return stores.open(store);
}

/** Rejects settings that no choice could be made from, before anything is touched: rows 1 and 4. */
export async function checkPolicy({ settings: { policy }, host, stores }: Context): Promise<void> {
  // Rows 2, 3 and 5 end at the file: a read need not load what would say so.
  if (policy.preference === 'auto' || policy.preference === 'file') return;
  const { startSelection } = await import('../domain/selection/selection.ts');
  const [state] = startSelection(policy, stores.candidates);
  if (state.status === 'rejected' && state.code !== 'keyring-required') {
    const { selectionError } = await import('./credentials/select-store.ts');
    throw selectionError(state, policy, host);
  }
}

/**
 * Runs `work` while no other process takes a copy of a credential away. Where the lock cannot be made, because nothing
 * can be written there, nobody else can make it either.
 */
export async function withLock<T>({ mutex, signal }: Context, work: (held: () => boolean) => Promise<T>): Promise<T> {
  let begun = false;
  const once = (held: () => boolean) => {
    begun = true;
    return work(held);
  };
  try {
    return await mutex(once, { signal });
  } catch (error) {
    if (begun || !(error instanceof CredentialError) || error.code !== 'file-io') throw error;
    return work(() => true);
  }
}
