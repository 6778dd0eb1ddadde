import type { DoctorReport } from '../app/doctor.ts';
import { storeNames } from '../domain/store-id.ts';

/** A report for people. A replayed one has no storage: that is another machine's. */
export function doctorText({ storage, selection }: Pick<DoctorReport, 'selection'> & Partial<DoctorReport>): string {
  const outcome =
    selection.outcome === 'selected' ? `the ${storeNames[selection.store]} is selected` : `refused: ${selection.code}`;
  return [
    ...(storage ? [`Credential Storage: ${storage.label}`, ...storage.details.map((detail) => `  ${detail}`)] : []),
    `Selection: ${outcome} (by row ${selection.rows.join(', ')} of docs/selection.md)`,
    ...selection.passedOver.flatMap(({ store, reason, explanation, fix }) => [
      `  ${storeNames[store]} passed over as ${reason}: ${explanation}`,
      `    to mend it: ${fix}`,
    ]),
    '',
  ].join('\n');
}
