import { assertNever } from '../assert-never.ts';
import type { CandidateId, StoreId } from '../store-id.ts';
import { classifyReason, type Evidence, type ProbeResult, type Reason } from './probe-result.ts';

/** A store that was not taken, and why. */
export interface SkippedStore {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly evidence?: Evidence;
}

/** Why a choice can end without a store. */
export type SelectionErrorCode = 'invalid-preference' | 'contradictory-settings' | 'keyring-required';

/** Work for the shell, as data. Only src/app/choose-store.ts performs it. */
export type SelectionEffect =
  | { readonly type: 'probe'; readonly store: CandidateId }
  | { readonly type: 'warn'; readonly about: SkippedStore };

/** How a choice got where it is: the stores passed over, and the rows of docs/selection.md that fired, in order. */
interface History {
  readonly skipped: readonly SkippedStore[];
  readonly rules: readonly number[];
}

/** The choice waits for what a probe of `candidate` sees; `rest` comes after it. */
export interface Probing extends History {
  readonly status: 'probing';
  readonly preference: Exclude<Preference, 'file'>;
  readonly candidate: CandidateId;
  readonly rest: readonly CandidateId[];
}

export interface Selected extends History {
  readonly status: 'selected';
  readonly store: StoreId;
}

export interface SelectionFailed extends History {
  readonly status: 'rejected';
  readonly code: SelectionErrorCode;
}

/** Where a choice ended. */
export type Selection = Selected | SelectionFailed;

/** A probe has looked at `store`. */
export interface ProbedEvent {
  readonly type: 'probed';
  readonly store: CandidateId;
  readonly probe: ProbeResult;
}

/** A state, and the effects to perform in that order before the next event. */
export type Step<State = Probing | Selection> = readonly [State, readonly SelectionEffect[]];

/** Starts a choice among `candidates`, best first. A candidate named twice counts once. */
export function startSelection(policy: Policy, candidates: readonly CandidateId[]): Step {
  const queue = [...new Set(candidates)];
  const history: History = { skipped: [], rules: [] };
  if (!isPreference(policy.preference)) return reject(1, 'invalid-preference', history);
  if (policy.preference === 'file') return select(2, 'file', history);
  if (!policy.keyringDisabled) return probeNext(policy.preference, queue, history, []);
  if (policy.preference === 'keychain') return reject(4, 'contradictory-settings', history);
  return select(3, 'file', { ...history, skipped: queue.map((store) => ({ store, reason: 'disabled' })) });
}

/** Advances a choice. Total: an event that the state does not wait for changes nothing. */
export function transition(state: Probing | Selection, { store, probe }: ProbedEvent): Step {
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
        : skip(8, 'volatile', state, probe);
    case 'unsupported':
      return skip(9, probe.reason, state, probe);
    case 'service-failure':
      return skip(10, probe.reason, state, probe);
    default:
      return assertNever(probe);
  }
}

/** A choice that has ended, and the stores that it warned of on the way. */
export interface SelectionResult {
  readonly selection: Selection;
  readonly warned: readonly SkippedStore[];
}

/** Decides again from recorded facts. `undefined` when a probe is needed that `seen` does not hold. */
export function replaySelection(
  policy: Policy,
  candidates: readonly CandidateId[],
  seen: (store: CandidateId) => ProbeResult | undefined,
): SelectionResult | undefined {
  const warned: SkippedStore[] = [];
  let [state, effects] = startSelection(policy, candidates);
  while (state.status === 'probing') {
    const probe = seen(state.candidate);
    if (probe === undefined) return undefined;
    // Stryker disable next-line StringLiteral: there is only one kind of event, named for the reader
    [state, effects] = transition(state, { type: 'probed', store: state.candidate, probe });
    warned.push(...effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : [])));
  }
  return { selection: state, warned };
}

function probeNext(
  preference: Probing['preference'],
  [candidate, ...rest]: readonly CandidateId[],
  { skipped, rules }: History,
  effects: readonly SelectionEffect[],
): Step {
  const history = { skipped, rules };
  if (candidate !== undefined) {
    return [
      { status: 'probing', preference, candidate, rest, ...history },
      [...effects, { type: 'probe', store: candidate }],
    ];
  }
  return preference === 'auto' ? select(5, 'file', history, effects) : reject(6, 'keyring-required', history, effects);
}

function skip(rule: number, reason: Reason, state: Probing, { evidence }: ProbeResult): Step {
  const store: SkippedStore = { store: state.candidate, reason, ...(evidence && { evidence }) };
  const warns = state.preference === 'auto' && classifyReason(reason) === 'service-failure';
  const history = { skipped: [...state.skipped, store], rules: [...state.rules, rule] };
  return probeNext(state.preference, state.rest, history, warns ? [{ type: 'warn', about: store }] : []);
}

function select(
  rule: number,
  store: StoreId,
  { skipped, rules }: History,
  effects: readonly SelectionEffect[] = [],
): Step {
  return [{ status: 'selected', store, skipped, rules: [...rules, rule] }, effects];
}

function reject(
  rule: number,
  code: SelectionErrorCode,
  { skipped, rules }: History,
  effects: readonly SelectionEffect[] = [],
): Step {
  return [{ status: 'rejected', code, skipped, rules: [...rules, rule] }, effects];
}

/** What a user may ask for: the best store there is, an OS keyring or nothing, or the encrypted file. */
export const preferences = ['auto', 'keychain', 'file'] as const;

export type Preference = (typeof preferences)[number];

/** What the user asked for, as it was typed: judging it is row 1 of the choice. */
export interface Policy {
  readonly preference: string;
  readonly keyringDisabled: boolean;
}

export function isPreference(text: string): text is Preference {
  return (preferences as readonly string[]).includes(text);
}
