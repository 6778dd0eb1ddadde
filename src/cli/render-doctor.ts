import type { DoctorReport } from '../app/doctor.ts';
import { notUsed } from '../app/storage-report.ts';
import { storeNames } from '../domain/store-id.ts';

/** A report for people. A replayed one has no storage: that is another machine's. */
export function doctorText({ storage, selection }: Pick<DoctorReport, 'selection'> & Partial<DoctorReport>): string {
  const outcome =
    selection.outcome === 'selected' ? `the ${storeNames[selection.store]} is selected` : `refused: ${selection.code}`;
  const details = storage ? storage.details : selection.passedOver.map(notUsed);
  return [
    ...(storage ? [`Credential Storage: ${storage.label}`] : []),
    ...details.map((detail) => `  ${detail}`),
    `Selection: ${outcome} (by row ${selection.rows.join(', ')} of docs/selection.md)`,
    ...selection.passedOver.flatMap(({ store, reason, fix }) => [
      `  ${storeNames[store]} passed over as ${reason}; to mend it:`,
      `    ${fix}`,
    ]),
    '',
  ].join('\n');
}
