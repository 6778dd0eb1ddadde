import type { DoctorReport } from '../../app/doctor.ts';
import type { SelectionReport } from '../../app/selection-report.ts';
import { notUsed } from '../../app/storage-report.ts';
import { storeNames } from '../../domain/store-id.ts';
import type { Paint } from '../paint.ts';
import { shown } from '../shown.ts';
import { wrap } from '../wrap.ts';
import { fixes } from './fixes.ts';
import { selectionPath } from './selection-path.ts';
import { storeTable } from './store-table.ts';

/** How a report is shown. */
export interface Showing {
  readonly paint: Paint;
  /** Longest line, in characters; what is to be pasted may be longer. */
  readonly width: number;
  /** With the way to the choice, in place of the table of its stores. */
  readonly explain: boolean;
}

/** A report for people. A replayed one has no storage: that is another machine's. */
export function doctorText(
  report: Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>,
  { paint, width, explain }: Showing,
): string {
  const { storage, selection } = report;
  const details = storage ? storage.details : selection.skipped.map(notUsed);
  const how = explain ? selectionPath(report, paint, width) : storeTable(report, paint);
  return [
    ...(storage ? [`${paint('strong', 'Credential Storage:')} ${label(storage, paint)}`] : []),
    ...details.map((detail) => wrap(detail, width, '  ', '    ')),
    ...(storage || details.length > 0 ? [''] : []),
    `${paint('strong', 'Selection:')} ${outcome(selection, paint)} ${paint('faint', byRules(selection.rules))}`,
    ...(selection.outcome === 'rejected' ? [wrap(selection.explanation, width, '  ', '    ')] : []),
    ...how,
    ...divergences(report.divergences ?? [], { paint, width }),
    ...fixes(report, paint),
    '',
  ].join('\n');
}

function divergences(found: DoctorReport['divergences'], { paint, width }: Pick<Showing, 'paint' | 'width'>): string[] {
  if (found.length === 0) return [];
  const lines = found.map((about) => wrap(`${shown(about)}: ${about.explanation}`, width, '  ', '    '));
  return ['', paint('strong', 'Not where it should be:'), ...lines];
}

function label({ store, label }: DoctorReport['storage'], paint: Paint): string {
  return store === null ? label : paint(store === 'file' ? 'fair' : 'good', label);
}

function outcome(selection: SelectionReport, paint: Paint): string {
  return selection.outcome === 'selected'
    ? `the ${storeNames[selection.store]} is selected`
    : `${paint('bad', 'rejected')}: ${selection.code}`;
}

function byRules(rows: readonly number[]): string {
  return `(rule${rows.length > 1 ? 's' : ''} ${rows.join(', ')} of docs/selection.md)`;
}
