import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { type Divergence, divergencesOf } from '../domain/divergence.ts';
import { replay } from '../domain/selection.ts';
import type { CandidateId } from '../domain/store-id.ts';
import { chooseStore } from './choose-store.ts';
import type { Context } from './context.ts';
import { type Facts, parseFacts } from './facts.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';
import { reportStorage, type StorageReport } from './storage-report.ts';

/** What `doctor --json` prints: where credentials are, which store a new one would go to and why, and from what facts. */
export interface DoctorReport {
  readonly storage: StorageReport;
  readonly divergences: readonly (CredentialName & Divergence)[];
  readonly selection: SelectionReport;
  readonly facts: Facts;
}

/** Looks at everything and changes nothing. Warnings are part of the report. */
export async function examine(context: Context): Promise<DoctorReport> {
  const choice = await chooseStore(context, () => {});
  const { settings, stores, where } = context;
  const selection = reportSelection(choice, settings.policy, where);
  const { storage, survey } = await reportStorage(context, selection);
  return {
    storage,
    divergences: survey.credentials.flatMap(({ name, whereabouts }) =>
      divergencesOf(whereabouts, where.program).map((divergence) => ({ ...name, ...divergence })),
    ),
    selection,
    facts: {
      policy: settings.policy,
      candidates: [...stores.candidates],
      probes: [...choice.probes].map(([store, probe]) => ({ store, probe })),
      where,
      attended: settings.attended,
    },
  };
}

/** Decides again from the facts of a saved report, on any machine. */
export function replayReport(text: string): { readonly selection: SelectionReport; readonly facts: Facts } {
  const facts = parseFacts(text);
  const seen = new Map(facts.probes.map(({ store, probe }) => [store, probe]));
  const verdict = replay(facts.policy, facts.candidates, (store: CandidateId) => seen.get(store));
  if (verdict === undefined) {
    throw new CredentialError('invalid-input', 'the report lacks what a probe saw that the choice needs', {
      hint: 'save one anew with: doctor --json > report.json',
    });
  }
  return { selection: reportSelection(verdict, facts.policy, facts.where), facts };
}
