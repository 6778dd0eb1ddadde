import { type ProbeResult, serviceFailureReasons, unsupportedReasons } from '../src/domain/selection/probe-result.ts';
import {
  type Probing,
  preferences,
  type Selection,
  type Step,
  startSelection,
  transition,
} from '../src/domain/selection/selection.ts';

/** A state of a selection, as drawn in docs/selection.svg. */
export type SelectionNode = 'start' | 'probing' | 'store' | 'file' | 'rejected';

/** A step of a selection. `paths`: each series of rules that leads along it, such as `[9, 5]`. */
export interface SelectionEdge {
  readonly from: SelectionNode;
  readonly to: SelectionNode;
  readonly paths: readonly (readonly number[])[];
}

/** Runs every policy and every probe through the machine, and records the steps that it takes. */
export function findSelectionEdges(): SelectionEdge[] {
  const edges = new Map<string, SelectionEdge & { readonly paths: (readonly number[])[] }>();
  const record: RecordStep = (from, [state], rulesBefore) => {
    const to = toNode(state);
    const edge = edges.get(`${from} ${to}`) ?? { from, to, paths: [] };
    const path = state.rules.slice(rulesBefore);
    if (!edge.paths.some((other) => other.join() === path.join())) edge.paths.push(path);
    edges.set(`${from} ${to}`, edge);
  };
  for (const preference of [...preferences, 'anything else']) {
    for (const keyringDisabled of [false, true]) {
      record('start', startSelection({ preference, keyringDisabled }, []), 0);
      const start = startSelection({ preference, keyringDisabled }, ['secret-service', 'keyutils']);
      record('start', start, 0);
      for (const probe of sampleProbes) explore(start[0], probe, record);
    }
  }
  return [...edges.values()];
}

type RecordStep = (from: SelectionNode, step: Step, rulesBefore: number) => void;

const sampleProbes: readonly ProbeResult[] = [
  { kind: 'usable', persistence: 'until-delete' },
  { kind: 'usable', persistence: 'until-reboot' },
  ...unsupportedReasons.map((reason): ProbeResult => ({ kind: 'unsupported', reason })),
  ...serviceFailureReasons.map((reason): ProbeResult => ({ kind: 'service-failure', reason })),
];

function explore(state: Probing | Selection, probe: ProbeResult, record: RecordStep): void {
  if (state.status !== 'probing') return;
  const step = transition(state, { type: 'probed', store: state.candidate, probe });
  record('probing', step, state.rules.length);
  explore(step[0], probe, record);
}

function toNode(state: Probing | Selection): SelectionNode {
  if (state.status !== 'selected') return state.status;
  return state.store === 'file' ? 'file' : 'store';
}
