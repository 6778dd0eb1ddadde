import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { type Divergence, findDivergences } from '../../domain/reconcile/divergence.ts';
import { replaySelection } from '../../domain/selection/selection.ts';
import type { CandidateId } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { runSelection } from '../credentials/select-store.ts';
import { parseSelectionInputs, type SelectionInputs } from './replay.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';
import { reportStorage, type StorageReport } from './storage-report.ts';

/** What `doctor --json` prints: where credentials are, which store a new one would go to and why, and from what inputs. */
export interface DoctorReport {
  readonly storage: StorageReport;
  readonly divergences: readonly (CredentialName & Divergence)[];
  readonly selection: SelectionReport;
  readonly inputs: SelectionInputs;
}

/** Looks at everything and changes nothing. Warnings are part of the report. */
export async function examine(context: Context): Promise<DoctorReport> {
  const choice = await runSelection(context, () => {});
  const { settings, stores, host } = context;
  const selection = reportSelection(choice, settings.policy, host);
  const { storage, inventory } = await reportStorage(context, selection);
  return {
    storage,
    divergences: inventory.entries.flatMap(({ name, copies }) =>
      findDivergences(copies, host.program).map((divergence) => ({ ...name, ...divergence })),
    ),
    selection,
    inputs: {
      policy: settings.policy,
      candidates: [...stores.candidates],
      probes: [...choice.probes].map(([store, probe]) => ({ store, probe })),
      host,
      interactive: settings.interactive,
    },
  };
}

/** Decides again from the inputs of a saved report, on any machine. */
export function replayReport(text: string): { readonly selection: SelectionReport; readonly inputs: SelectionInputs } {
  const inputs = parseSelectionInputs(text);
  const seen = new Map(inputs.probes.map(({ store, probe }) => [store, probe]));
  const verdict = replaySelection(inputs.policy, inputs.candidates, (store: CandidateId) => seen.get(store));
  if (verdict === undefined) {
    throw new CredentialError('invalid-input', 'the report lacks what a probe saw that the choice needs', {
      hint: 'save one anew with: doctor --json > report.json',
    });
  }
  return { selection: reportSelection(verdict, inputs.policy, inputs.host), inputs };
}
