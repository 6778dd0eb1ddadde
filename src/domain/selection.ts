import { isPreference, type Policy, type Preference } from './policy.ts';
import { classOf, type Evidence, type Probe, type Reason } from './probe.ts';
import type { CandidateId, StoreId } from './store-id.ts';
import { unreachable } from './unreachable.ts';

/** A store that was not taken, and why. */
export interface PassedOver {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly evidence?: Evidence;
}

/** Why a choice can end without a store. */
export type RefusalCode = 'invalid-preference' | 'contradictory-settings' | 'keyring-required';

/** Work for the shell, as data. Only src/app/choose-store.ts performs it. */
export type Effect =
  | { readonly type: 'probe'; readonly store: CandidateId }
  | { readonly type: 'warn'; readonly about: PassedOver };

/** How a choice got where it is: the stores passed over, and the rows of docs/selection.md that fired, in order. */
interface History {
  readonly passedOver: readonly PassedOver[];
  readonly rows: readonly number[];
}

/** The choice waits for what a probe of `candidate` sees; `rest` comes after it. */
export interface Probing extends History {
  readonly status: 'probing';
  readonly demand: Exclude<Preference, 'file'>;
  readonly candidate: CandidateId;
  readonly rest: readonly CandidateId[];
}

export interface Selected extends History {
  readonly status: 'selected';
  readonly store: StoreId;
}

export interface Refused extends History {
  readonly status: 'refused';
  readonly code: RefusalCode;
}

/** Where a choice ended. */
export type Selection = Selected | Refused;

/** A probe has looked at `store`. */
export interface Probed {
  readonly type: 'probed';
  readonly store: CandidateId;
  readonly probe: Probe;
}

/** A state, and the effects to perform in that order before the next event. */
export type Step<State = Probing | Selection> = readonly [State, readonly Effect[]];

/** Starts a choice among `candidates`, best first. A candidate named twice counts once. */
export function initial(policy: Policy, candidates: readonly CandidateId[]): Step {
  const queue = [...new Set(candidates)];
  const history: History = { passedOver: [], rows: [] };
  if (!isPreference(policy.preference)) return refuse(1, 'invalid-preference', history);
  if (policy.preference === 'file') return select(2, 'file', history);
  if (!policy.keyringDisabled) return next(policy.preference, queue, history, []);
  if (policy.preference === 'keychain') return refuse(4, 'contradictory-settings', history);
  return select(3, 'file', { ...history, passedOver: queue.map((store) => ({ store, reason: 'disabled' })) });
}

/** Advances a choice. Total: an event that the state does not wait for changes nothing. */
export function transition(state: Probing | Selection, { store, probe }: Probed): Step {
  if (
    // Stryker disable next-line ConditionalExpression: a selection that has ended has no candidate
    state.status !== 'probing' ||
    store !== state.candidate
  )
    return [state, []];
  switch (probe.kind) {
    case 'usable':
      return probe.persistence === 'until-delete' && store !== 'keyutils'
        ? select(7, store, state)
        : passOver(8, 'volatile', state, probe);
    case 'unsupported':
      return passOver(9, probe.reason, state, probe);
    case 'service-failure':
      return passOver(10, probe.reason, state, probe);
    default:
      return unreachable(probe);
  }
}

/** A choice that has ended, and the stores that it warned of on the way. */
export interface Verdict {
  readonly selection: Selection;
  readonly warned: readonly PassedOver[];
}

/** Decides again from recorded facts. `undefined` when a probe is needed that `seen` does not hold. */
export function replay(
  policy: Policy,
  candidates: readonly CandidateId[],
  seen: (store: CandidateId) => Probe | undefined,
): Verdict | undefined {
  const warned: PassedOver[] = [];
  let [state, effects] = initial(policy, candidates);
  while (state.status === 'probing') {
    const probe = seen(state.candidate);
    if (probe === undefined) return undefined;
    // Stryker disable next-line StringLiteral: there is only one kind of event, named for the reader
    [state, effects] = transition(state, { type: 'probed', store: state.candidate, probe });
    warned.push(...effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : [])));
  }
  return { selection: state, warned };
}

function next(
  demand: Probing['demand'],
  [candidate, ...rest]: readonly CandidateId[],
  { passedOver, rows }: History,
  effects: readonly Effect[],
): Step {
  const history = { passedOver, rows };
  if (candidate !== undefined) {
    return [
      { status: 'probing', demand, candidate, rest, ...history },
      [...effects, { type: 'probe', store: candidate }],
    ];
  }
  return demand === 'auto' ? select(5, 'file', history, effects) : refuse(6, 'keyring-required', history, effects);
}

function passOver(row: number, reason: Reason, state: Probing, { evidence }: Probe): Step {
  const store: PassedOver = { store: state.candidate, reason, ...(evidence && { evidence }) };
  const warns = state.demand === 'auto' && classOf(reason) === 'service-failure';
  const history = { passedOver: [...state.passedOver, store], rows: [...state.rows, row] };
  return next(state.demand, state.rest, history, warns ? [{ type: 'warn', about: store }] : []);
}

function select(row: number, store: StoreId, { passedOver, rows }: History, effects: readonly Effect[] = []): Step {
  return [{ status: 'selected', store, passedOver, rows: [...rows, row] }, effects];
}

function refuse(row: number, code: RefusalCode, { passedOver, rows }: History, effects: readonly Effect[] = []): Step {
  return [{ status: 'refused', code, passedOver, rows: [...rows, row] }, effects];
}
