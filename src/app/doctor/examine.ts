import type { CredentialName } from '../../domain/credential-name.ts';
import { type ExpiringCredential, findExpiring } from '../../domain/placement/expiry.ts';
import { getCommand } from '../../domain/profile.ts';
import { type Divergence, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { Context } from '../context.ts';
import { runSelection } from '../credentials/select-store.ts';
import type { SelectionInputs } from './replay.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';
import { findStorage } from './storage-findings.ts';
import { describeStorage, type StorageReport } from './storage-report.ts';

/** The report that `doctor --json` prints. */
export interface DoctorReport {
  readonly storage: StorageReport;
  readonly divergences: readonly (CredentialName & Divergence)[];
  readonly expiring: readonly ExpiringCredential[];
  readonly selection: SelectionReport;
  readonly inputs: SelectionInputs;
}

/** Examines every store, and changes nothing. Warnings become part of the report. `misspelled`: see `findMisspelledVariables`. */
export async function examine(context: Context, misspelled: readonly string[] = []): Promise<DoctorReport> {
  const { settings, stores, host } = context;
  const run = await runSelection(context, () => {}, { forReport: true });
  const selection = reportSelection(run, host);
  const bus = run.probes.get('secret-service')?.evidence ?? {};
  const findings = await findStorage(context, selection, bus);
  return {
    storage: describeStorage(context, findings, { selection, misspelled, bus }),
    divergences: findings.inventory.credentials.flatMap(({ name, copies }) =>
      findDivergences(copies, getCommand(context.profile)).map((divergence) => ({ ...name, ...divergence })),
    ),
    expiring: findExpiring((await context.placement.read()).placement, context.clock()),
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
