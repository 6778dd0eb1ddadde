import { type ProbeResult, serviceFailureReasons, unsupportedReasons } from '../src/domain/selection/probe-result.ts';
import {
  type Probing,
  preferences,
  type Selection,
  type Step,
  startSelection,
  transition,
} from '../src/domain/selection/selection.ts';

/** Where a choice starts, waits and ends: the nodes of its diagram. */
export type SelectionNode = 'start' | 'probing' | 'store' | 'file' | 'rejected';

/** One step of a choice, with the rows that fire on it: `9 then 5` where two do; one entry for each way to take it. */
export interface SelectionEdge {
  readonly from: SelectionNode;
  readonly to: SelectionNode;
  readonly rows: readonly string[];
}

const sampleProbes: readonly ProbeResult[] = [
  { kind: 'usable', persistence: 'until-delete' },
  { kind: 'usable', persistence: 'until-reboot' },
  ...unsupportedReasons.map((reason): ProbeResult => ({ kind: 'unsupported', reason })),
  ...serviceFailureReasons.map((reason): ProbeResult => ({ kind: 'service-failure', reason })),
];

/** Walks every policy and every probe through the machine, and notes the steps that it took. */
export function selectionEdges(): SelectionEdge[] {
  const taken = new Map<string, SelectionEdge & { readonly rows: string[] }>();
  const note = (from: SelectionNode, [state]: Step, before: number) => {
    const to = nodeOf(state);
    const edge = taken.get(`${from} ${to}`) ?? { from, to, rows: [] };
    const rows = state.rules.slice(before).join(' then ');
    if (rows !== '' && !edge.rows.includes(rows)) edge.rows.push(rows);
    taken.set(`${from} ${to}`, edge);
  };
  for (const preference of [...preferences, 'anything else']) {
    for (const keyringDisabled of [false, true]) {
      note('start', startSelection({ preference, keyringDisabled }, []), 0);
      const start = startSelection({ preference, keyringDisabled }, ['secret-service', 'keyutils']);
      note('start', start, 0);
      for (const probe of sampleProbes) explore(start[0], probe, note);
    }
  }
  return [...taken.values()].map((edge) => ({ ...edge, rows: edge.rows.toSorted(byNumber) }));
}

function explore(
  from: Probing | Selection,
  probe: ProbeResult,
  note: (from: SelectionNode, step: Step, before: number) => void,
): void {
  if (from.status !== 'probing') return;
  const step = transition(from, { type: 'probed', store: from.candidate, probe });
  note('probing', step, from.rules.length);
  explore(step[0], probe, note);
}

function nodeOf(state: Probing | Selection): SelectionNode {
  if (state.status !== 'selected') return state.status;
  return state.store === 'file' ? 'file' : 'store';
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}
