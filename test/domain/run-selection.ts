import {
  type Selection,
  type SelectionEffect,
  startSelection,
  transition,
} from '../../src/domain/selection/selection.ts';
import type { SelectionInputs } from './arbitraries.ts';

/** Runs a selection to its end, and returns all its effects. */
export function runSelection(inputs: SelectionInputs): { end: Selection; effects: SelectionEffect[] } {
  const { policy, candidates, probes } = inputs;
  let [state, effects] = startSelection(policy, candidates);
  const all = [...effects];
  while (state.status === 'probing') {
    [state, effects] = transition(state, { type: 'probed', store: state.candidate, probe: probes[state.candidate] });
    all.push(...effects);
  }
  return { end: state, effects: all };
}
