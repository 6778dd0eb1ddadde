import { CredentialError } from '../domain/credential-error.ts';
import type { HostInfo } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { Mutex } from '../ports/mutex.ts';
import type { PlacementRepository } from '../ports/placement-repository.ts';
import type { Stores } from '../ports/stores.ts';
import type { Terminal } from '../ports/terminal.ts';
import type { Settings } from './settings.ts';

/** What reading a secret works with. */
export interface ReadContext {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly host: HostInfo;
  readonly stores: ReadableStores;
  readonly placement: Pick<PlacementRepository, 'read'>;
  readonly terminal: Pick<Terminal, 'warn'>;
  /** Cancels the operation in progress. */
  readonly signal?: AbortSignal;
}

/** The part of {@link Stores} that reading a secret uses. */
export interface ReadableStores extends Pick<Stores, 'candidates'> {
  open(id: StoreId): Promise<Pick<CredentialStore, 'get'>>;
}

/** What every use case works with. */
export interface Context extends ReadContext {
  readonly stores: Stores;
  readonly placement: PlacementRepository;
  /** Held by a process while it removes copies of a credential: see {@link withLock}. */
  readonly mutex: Mutex;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` while no other process removes copies of a credential. If the lock can't be created because the folder
 * isn't writable, `work` runs without it: no other process can create it either.
 */
export async function withLock<T>({ mutex, signal }: Context, work: (held: () => boolean) => Promise<T>): Promise<T> {
  let isRunning = false;
  const run = (held: () => boolean) => {
    isRunning = true;
    return work(held);
  };
  try {
    return await mutex(run, { signal });
  } catch (error) {
    if (isRunning || !(error instanceof CredentialError) || error.code !== 'file-io') throw error;
    return work(() => true);
  }
}
