import type { ProbeResult } from '../domain/selection/probe-result.ts';
import {
  type Selection,
  type SelectionResult,
  type SkippedStore,
  type Step,
  startSelection,
  transition,
} from '../domain/selection/selection.ts';
import type { CandidateId } from '../domain/store-id.ts';
import type { Context } from './context.ts';

/** A choice that has ended, with everything it was decided from. */
export interface Choice extends SelectionResult {
  /** What each probe saw, in the order of probing. */
  readonly probes: ReadonlyMap<CandidateId, ProbeResult>;
}

/** Drives the machine to its end: performs its effects, and feeds what the probes see back into it. */
export async function chooseStore(
  { settings, stores, signal }: Context,
  warn: (about: SkippedStore) => void,
): Promise<Choice> {
  const probes = new Map<CandidateId, ProbeResult>();
  const warned: SkippedStore[] = [];

  async function perform([state, effects]: Step): Promise<Selection> {
    for (const effect of effects) {
      if (effect.type === 'warn') {
        warn(effect.about);
        warned.push(effect.about);
      } else {
        const prober = await stores.openProbe(effect.store);
        const probe = await prober.probe({ signal });
        probes.set(effect.store, probe);
        return perform(transition(state, { type: 'probed', store: effect.store, probe }));
      }
    }
    if (state.status === 'probing') throw new Error('the choice waits for a probe that it did not ask for');
    return state;
  }

  return { selection: await perform(startSelection(settings.policy, stores.candidates)), warned, probes };
}
