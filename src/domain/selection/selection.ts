import type { CandidateId, StoreId } from '../store-id.ts';
import { assertNever } from '../text/messages.ts';
import { classifyReason, type Evidence, type ProbeResult, type Reason } from './probe-result.ts';

/*
 * A pure state machine that selects the store to write to. Start with `startSelection`, perform the effects that it
 * returns, pass what each probe saw to `transition`, and repeat until the state is `selected` or `rejected`.
 * docs/selection.md lists its rules.
 */

/** What a user can ask for: the best available store, an OS keyring or nothing, or the encrypted file. */
export const preferences = ['auto', 'keychain', 'file'] as const;

export type Preference = (typeof preferences)[number];

/** The user's settings. The preference is as typed: rule 1 checks it. */
export interface Policy {
  readonly preference: string;
  readonly keyringDisabled: boolean;
}

/** A candidate that was not selected, and why. */
export interface SkippedStore {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly evidence?: Evidence;
}

/** Why a selection can end without a store. Each is also the name of the rule that rejects. */
export type SelectionErrorCode = 'invalid-preference' | 'contradictory-settings' | 'keyring-required';

/** Work for the caller, as data. */
export type SelectionEffect =
  | { readonly type: 'probe'; readonly store: CandidateId }
  | { readonly type: 'warn'; readonly about: SkippedStore };

/** How a selection got to its state: the stores that it skipped and the numbers of the rules that applied, in order. */
interface History {
  readonly skipped: readonly SkippedStore[];
  readonly rules: readonly number[];
}

/** Waits for the probe of `candidate`. `rest`: the candidates after it. */
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

/** How a selection ended. */
export type Selection = Selected | SelectionFailed;

/** Reports the probe of `store` to {@link transition}. */
export interface ProbedEvent {
  readonly type: 'probed';
  readonly store: CandidateId;
  readonly probe: ProbeResult;
}

/** A state, and the effects to perform, in order, before the next event. */
export type Step<State = Probing | Selection> = readonly [State, readonly SelectionEffect[]];

/** The rules by name. Reports and docs/selection.md show the numbers, so a number never changes its meaning. */
const ruleNumbers = {
  'invalid-preference': 1,
  'file-requested': 2,
  'keyring-disabled': 3,
  'contradictory-settings': 4,
  'file-fallback': 5,
  'keyring-required': 6,
  usable: 7,
  volatile: 8,
  unsupported: 9,
  'service-failure': 10,
} as const;

type RuleName = keyof typeof ruleNumbers;

/** Starts a selection among `candidates`, best first. A candidate that is listed twice counts once. */
export function startSelection(policy: Policy, candidates: readonly CandidateId[]): Step {
  const queue = [...new Set(candidates)];
  const history: History = { skipped: [], rules: [] };
  if (!isPreference(policy.preference)) return reject('invalid-preference', history);
  if (policy.preference === 'file') return select('file-requested', 'file', history);
  if (!policy.keyringDisabled) return probeNext(policy.preference, queue, history, []);
  if (policy.preference === 'keychain') return reject('contradictory-settings', history);
  const skipped = queue.map((store): SkippedStore => ({ store, reason: 'disabled' }));
  return select('keyring-disabled', 'file', { ...history, skipped });
}

/** Advances a selection. Total: an event that the state does not wait for changes nothing. */
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
        ? select('usable', store, state)
        : skip('volatile', 'volatile', state, probe);
    case 'unsupported':
    case 'service-failure':
      return skip(probe.kind, probe.reason, state, probe);
    default:
      return assertNever(probe);
  }
}

/** A selection that has ended, and the stores that it warned about. */
export interface SelectionResult {
  readonly selection: Selection;
  readonly warned: readonly SkippedStore[];
}

/** Repeats a selection from recorded probes. `undefined` if it needs a probe that `findProbe` does not find. */
export function replaySelection(
  policy: Policy,
  candidates: readonly CandidateId[],
  findProbe: (store: CandidateId) => ProbeResult | undefined,
): SelectionResult | undefined {
  const warned: SkippedStore[] = [];
  let [state, effects] = startSelection(policy, candidates);
  while (state.status === 'probing') {
    const probe = findProbe(state.candidate);
    if (probe === undefined) return undefined;
    // Stryker disable next-line StringLiteral: there is only one type of event, named for the reader
    [state, effects] = transition(state, { type: 'probed', store: state.candidate, probe });
    warned.push(...effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : [])));
  }
  return { selection: state, warned };
}

export function isPreference(text: string): text is Preference {
  return (preferences as readonly string[]).includes(text);
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
  return preference === 'auto'
    ? select('file-fallback', 'file', history, effects)
    : reject('keyring-required', history, effects);
}

function skip(rule: RuleName, reason: Reason, state: Probing, { evidence }: ProbeResult): Step {
  const store: SkippedStore = { store: state.candidate, reason, ...(evidence && { evidence }) };
  const warns = state.preference === 'auto' && classifyReason(reason) === 'service-failure';
  const history = { skipped: [...state.skipped, store], rules: [...state.rules, ruleNumbers[rule]] };
  return probeNext(state.preference, state.rest, history, warns ? [{ type: 'warn', about: store }] : []);
}

function select(
  rule: RuleName,
  store: StoreId,
  { skipped, rules }: History,
  effects: readonly SelectionEffect[] = [],
): Step {
  return [{ status: 'selected', store, skipped, rules: [...rules, ruleNumbers[rule]] }, effects];
}

function reject(code: SelectionErrorCode, { skipped, rules }: History, effects: readonly SelectionEffect[] = []): Step {
  return [{ status: 'rejected', code, skipped, rules: [...rules, ruleNumbers[code]] }, effects];
}

/** A rule of the selection in words, as docs/selection.md and `doctor --explain` print it. */
interface SelectionRule {
  readonly number: number;
  readonly name: RuleName;
  readonly when: string;
  readonly outcome: string;
}

const descriptions: Readonly<Record<RuleName, readonly [when: string, outcome: string]>> = {
  'invalid-preference': [
    'the preference is not one of auto, keychain, file',
    'rejected: a usage error that lists the three; exit 2',
  ],
  'file-requested': ['the preference is file', 'the encrypted file is selected; nothing is probed'],
  'keyring-disabled': [
    'the keyring is disabled and the preference is auto',
    'every candidate is skipped as `disabled` and the encrypted file is selected; nothing is probed',
  ],
  'contradictory-settings': [
    'the keyring is disabled and the preference is keychain',
    'rejected: the two settings contradict each other; exit 2',
  ],
  'file-fallback': ['no candidate is left and the preference is auto', 'the encrypted file is selected'],
  'keyring-required': [
    'no candidate is left and the preference is keychain',
    'rejected: an OS keyring is required; exit 4 and a hint',
  ],
  usable: ['the probe found the store usable, and it keeps credentials until they are deleted', 'it is selected'],
  volatile: [
    'the probe found the store usable, but it forgets sooner, or it is the kernel keyring',
    'it is skipped as `volatile`, without a warning',
  ],
  unsupported: ['the probe found the store unsupported', 'it is skipped, without a warning'],
  'service-failure': [
    'the probe found that the store is there but does not work',
    'it is skipped; if the preference is auto, with one warning on stderr',
  ],
};

/** All rules, in the order of their numbers. */
export const selectionRules: readonly SelectionRule[] = (Object.keys(ruleNumbers) as RuleName[]).map((name) => {
  const [when, outcome] = descriptions[name];
  return { number: ruleNumbers[name], name, when, outcome };
});
