import type { Reason } from '../../src/domain/selection/probe-result.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { startFakeBus } from './fake-bus.ts';
import type { FakeProviderOptions } from './fake-provider.ts';
import { keepIn } from './house.ts';
import { secretServiceFaults as faults, startSecretService } from './secret-service.ts';

/** A fault as a whole program meets it, and what it is to make of it. */
export interface Situation {
  readonly name: string;
  /** Where the programs remember to have kept everything. */
  readonly store: Exclude<StoreId, 'file'>;
  start(): Promise<Started>;
  /** What doctor says of the store. */
  readonly reason: Reason;
  /** By which people are told. */
  readonly words: RegExp;
  /** Commands that this does not touch. */
  readonly unaffected?: RegExp;
  /** Commands that meet it, say so, and can do their work all the same. */
  readonly recovers?: RegExp;
  /** A thread of the process is never let go. */
  readonly hangs?: true;
}

export interface Started {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** What git and docker have done by commands that do not write. */
const ofHelpers = 'keystow git|git-credential-keystow (get|erase)|docker-credential-keystow (get|erase|list)';

/** Looks whether it has something to write; where that fails it writes. */
const readsFirst = /^git-credential-keystow store$/;

const thatListFirst = /^(keystow migrate|difyctl auth (status|logout|prune))$/;

export const secretServiceSituations: readonly Situation[] = [
  { ...served('locked', faults.locked()), reason: 'locked', words: /the Secret Service is locked/ },
  { ...served('dismisses', faults.dismisses()), reason: 'locked', words: /the Secret Service is locked/ },
  { ...served('never answers', faults.neverAnswers()), reason: 'timed-out', words: /did not answer in time/ },
  { ...served('answers after 5 s', faults.answersLate()), reason: 'timed-out', words: /did not answer in time/ },
  {
    name: 'its bus never answers',
    store: 'secret-service',
    start: async () => startFakeBus(() => undefined),
    reason: 'timed-out',
    words: /did not answer in time/,
  },
  {
    ...served('ends in mid-call', faults.vanishes()),
    reason: 'not-running',
    words: /it ended while it was asked|not running/,
  },
  {
    ...served('has no default collection', faults.hasNoDefaultCollection()),
    reason: 'no-collection',
    words: /no default collection/,
    unaffected: only(
      'keystow (get|exec|list|delete|migrate)|jsm (auth (status|token)|logout)',
      'difyctl auth (status|token|logout|prune)',
      ofHelpers,
    ),
  },
  {
    ...served('gives back another secret', faults.returnsAnotherSecret()),
    reason: 'round-trip-mismatch',
    words: /gave back another secret than it was given|what is stored is no session of this program/,
    unaffected: only('keystow (get|exec|list|delete)|difyctl auth (logout|prune)', ofHelpers),
  },
  {
    ...served('fails at its first call', faults.fails(1)),
    reason: 'failed',
    words: /the Secret Service failed.*it was told to fail/,
    // What was not had at once is asked for once more.
    unaffected: only('git-credential-keystow store', 'keystow get', '(jsm|difyctl) auth token'),
    recovers: thatListFirst,
  },
  {
    ...served('fails at its fifth call', faults.fails(5)),
    reason: 'failed',
    words: /the Secret Service failed.*it was told to fail/,
    unaffected: readsFirst,
    recovers: thatListFirst,
  },
];

function only(...names: readonly string[]): RegExp {
  return new RegExp(`^(${names.join('|')})$`);
}

function served(name: string, fault: FakeProviderOptions): Pick<Situation, 'name' | 'store' | 'start'> {
  return {
    name,
    store: 'secret-service',
    async start() {
      const { provider, bus, stop } = await startSecretService(fault);
      keepIn(provider);
      return { environment: { DBUS_SESSION_BUS_ADDRESS: bus.address }, stop };
    },
  };
}
