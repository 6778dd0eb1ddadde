import { advise, adviseSelectionError } from '../../domain/advice/advise.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { HostInfo } from '../../domain/host-info.ts';
import { classifyReason, type ProbeResult } from '../../domain/selection/probe-result.ts';
import {
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
 * Selects the store for a new credential, and warns about each store that it skipped because of a service failure, unless
 * {@link explainFallback} will. Rejects with the code of a {@link SelectionFailed}.
 */
export async function selectStore(context: Context, { warns } = { warns: true }): Promise<Selected> {
  const { host } = context;
  const warn = (skipped: SkippedStore) => {
    if (warns) warnSkipped(context, skipped);
  };
  const { selection } = await runSelection(context, warn);
  if (selection.status === 'rejected') throw selectionError(selection, host);
  return selection;
}

/**
 * Whether the host of an embedded keystow must hear that the binding is missing: macOS and Windows always have an OS store, so
 * the program was packaged without it. Programs of their own stay silent (docs/spec-coverage.md).
 */
function isPackagedWithoutBinding({ profile, settings }: Context, store: CandidateId, probe: ProbeResult): boolean {
  const isMissing = probe.kind === 'unsupported' && probe.reason === 'binding-missing';
  return isMissing && store !== 'keyutils' && Boolean(profile.isEmbedded) && settings.policy.preference === 'auto';
}

/**
 * Explains why the encrypted file is used instead of a keyring, once for each cause, until a keyring is used again. Called
 * after the write, because there is nothing to remember it in before. `all`: not only if a keyring has failed.
 */
export function explainFallback(
  context: Context,
  { store, skipped }: Pick<Selected, 'store' | 'skipped'>,
  { all }: { readonly all: boolean },
): void {
  const { settings, noticeMemory } = context;
  if (store !== 'file') noticeMemory?.forget();
  if (store !== 'file') return;
  const failures = skipped.filter(({ reason }) => classifyReason(reason) === 'service-failure');
  const others = all && !settings.quiet ? skipped.slice(0, 1).filter(({ reason }) => reason !== 'disabled') : [];
  for (const candidate of failures.length > 0 ? failures : others) {
    if (noticeMemory?.isFirst(`${candidate.store}-${candidate.reason}`) !== false) {
      warnSkipped(context, candidate);
    }
  }
}

/** A selection, and what each probe saw, in the order of probing. */
export interface SelectionRun extends SelectionResult {
  readonly probes: ReadonlyMap<CandidateId, ProbeResult>;
}

/**
 * Runs the selection machine to its end: performs its effects, and sends it the probe results. `forReport`: the results are
 * shown to somebody who wants to know exactly.
 */
export async function runSelection(
  context: Context,
  warn: (skipped: SkippedStore) => void,
  { forReport } = { forReport: false },
): Promise<SelectionRun> {
  const { settings, stores, signal } = context;
  const probes = new Map<CandidateId, ProbeResult>();
  const warned: SkippedStore[] = [];

  const report = (skipped: SkippedStore) => {
    warn(skipped);
    warned.push(skipped);
  };

  async function perform([state, effects]: Step): Promise<Selection> {
    for (const effect of effects) {
      if (effect.type === 'warn') {
        report(effect.about);
      } else {
        const storeProbe = await stores.openProbe(effect.store, { forReport });
        const probe = await storeProbe.probe({ signal });
        probes.set(effect.store, probe);
        const [next, effects] = transition(state, { type: 'probed', store: effect.store, probe });
        const about = next.skipped.find(({ store }) => store === effect.store);
        if (about && isPackagedWithoutBinding(context, effect.store, probe)) report(about);
        return perform([next, effects]);
      }
    }
    if (state.status === 'probing') throw new Error('the selection is waiting for a probe that it did not request');
    return state;
  }

  return { selection: await perform(startSelection(settings.policy, stores.candidates)), warned, probes };
}

export function selectionError(failed: SelectionFailed, host: HostInfo): CredentialError {
  const { explanation, fix } = adviseSelectionError(failed, host);
  return new CredentialError(failed.code, explanation, { hint: fix });
}

/** A program that embeds keystow gets the fix as a hint, because it may have no command `doctor`. */
function warnSkipped({ terminal, profile, host }: Context, skipped: SkippedStore): void {
  const { explanation, fix } = advise(skipped, host);
  if (profile.isEmbedded) terminal.warn(formatFallback(explanation), fix, 'store-skipped');
  else terminal.warn(formatWarning(skipped, host), undefined, 'store-skipped');
}

function formatFallback(explanation: string): string {
  return `OS keyring not used: ${explanation}; using the encrypted file`;
}

/** The one-line warning that a keyring isn't used. If the machine has none, as a server does, nothing needs to be fixed. */
export function formatWarning(skipped: SkippedStore, host: HostInfo): string {
  const { explanation } = advise(skipped, host);
  const purpose = classifyReason(skipped.reason) === 'service-failure' ? 'to fix it' : 'for details';
  return `${formatFallback(explanation)} (${purpose}, see ${host.program} doctor)`;
}
