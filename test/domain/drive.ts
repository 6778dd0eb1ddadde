import { type Effect, initial, type Selection, transition } from '../../src/domain/selection.ts';
import type { Choice } from './arbitraries.ts';

/** Drives a choice to its end as the shell would, and gives all the effects that it asked for. */
export function drive({ policy, candidates, probes }: Choice): { end: Selection; effects: Effect[] } {
  let [state, wanted] = initial(policy, candidates);
  const effects = [...wanted];
  while (state.status === 'probing') {
    [state, wanted] = transition(state, { type: 'probed', store: state.candidate, probe: probes[state.candidate] });
    effects.push(...wanted);
  }
  return { end: state, effects };
}
