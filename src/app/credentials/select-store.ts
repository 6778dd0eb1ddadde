import { advise, adviseSelectionError } from '../../domain/advice/advise.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { HostInfo } from '../../domain/host-info.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import {
  type Policy,
  type Selected,
  type Selection,
  type SelectionFailed,
  type SelectionResult,
  type SkippedStore,
  type Step,
  startSelection,
  transition,
} from '../../domain/selection/selection.ts';
import type { CandidateId } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';

/**
 * Chooses the store for what is to be written, and warns of what was passed over. A choice that ends without a store →
 * rejects with the code of its refusal.
 */
export async function selectStore(context: Context): Promise<Selected> {
  const { settings, host, terminal } = context;
  const { selection } = await runSelection(context, (about) => terminal.warn(formatWarning(about, host)));
  if (selection.status === 'rejected') throw selectionError(selection, settings.policy, host);
  return selection;
}

/** A choice that has ended, with everything it was decided from. */
export interface SelectionRun extends SelectionResult {
  /** What each probe saw, in the order of probing. */
  readonly probes: ReadonlyMap<CandidateId, ProbeResult>;
}

/** Drives the machine to its end: performs its effects, and feeds what the probes see back into it. */
export async function runSelection(
  { settings, stores, signal }: Context,
  warn: (about: SkippedStore) => void,
): Promise<SelectionRun> {
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

/** The error that a choice without a store ends in. */
export function selectionError(refused: SelectionFailed, policy: Policy, where: HostInfo): CredentialError {
  const { explanation, fix } = adviseSelectionError(refused, policy, where);
  return new CredentialError(refused.code, explanation, { hint: fix });
}

/** What is said on stderr of a store that is there and does not serve. One line. */
export function formatWarning(about: SkippedStore, where: HostInfo): string {
  const { explanation } = advise(about, where);
  return `OS keyring not used: ${explanation}; using the encrypted file (${where.program} doctor tells how to mend it)`;
}
