import type { CredentialName } from '../../domain/credential-name.ts';
import { type Divergence, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { Context } from '../context.ts';
import { runSelection } from '../credentials/select-store.ts';
import type { SelectionInputs } from './replay.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';
import { reportStorage, type StorageReport } from './storage-report.ts';

/** The report that `doctor --json` prints. */
export interface DoctorReport {
  readonly storage: StorageReport;
  readonly divergences: readonly (CredentialName & Divergence)[];
  readonly selection: SelectionReport;
  readonly inputs: SelectionInputs;
}

/** Examines every store without changing anything. Warnings become part of the report. */
export async function examine(context: Context): Promise<DoctorReport> {
  const { settings, stores, host } = context;
  const run = await runSelection(context, () => {}, { forReport: true });
  const selection = reportSelection(run, settings.policy, host);
  const { storage, inventory } = await reportStorage(context, selection);
  return {
    storage,
    divergences: inventory.credentials.flatMap(({ name, copies }) =>
      findDivergences(copies, host.program).map((divergence) => ({ ...name, ...divergence })),
    ),
    selection,
    inputs: {
      policy: settings.policy,
      candidates: [...stores.candidates],
      probes: [...run.probes].map(([store, probe]) => ({ store, probe })),
      host,
      interactive: settings.interactive,
    },
  };
}
