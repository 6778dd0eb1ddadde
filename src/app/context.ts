import type { Profile } from '../domain/profile.ts';
import type { Surroundings } from '../domain/surroundings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exclusion } from '../ports/exclusion.ts';
import type { PlacementRecord } from '../ports/placement-record.ts';
import type { Stores } from '../ports/stores.ts';
import type { Terminal } from '../ports/terminal.ts';
import type { Settings } from './settings.ts';

/** Everything that a use case works with. */
export interface Context {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly where: Surroundings;
  readonly stores: Stores;
  readonly placement: PlacementRecord;
  /** Of all processes that take a copy of a credential away from a store, one at a time. */
  readonly exclusively: Exclusion;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Calls off what is under way. */
  readonly signal: AbortSignal;
}
