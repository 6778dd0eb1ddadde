import {
  type Selection,
  type SelectionEffect,
  startSelection,
  transition,
} from '../../src/domain/selection/selection.ts';
import type { Choice } from './arbitraries.ts';

/** Drives a choice to its end as the shell would, and gives all the effects that it asked for. */
export function drive({ policy, candidates, probes }: Choice): { end: Selection; effects: SelectionEffect[] } {
  let [state, wanted] = startSelection(policy, candidates);
  const effects = [...wanted];
  while (state.status === 'probing') {
    [state, wanted] = transition(state, { type: 'probed', store: state.candidate, probe: probes[state.candidate] });
    effects.push(...wanted);
  }
  return { end: state, effects };
}
