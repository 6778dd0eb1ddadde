import type { HostInfo } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';
import type { Clock } from '../ports/clock.ts';
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
