import type { DoctorReport } from '../../app/doctor/examine.ts';
import type { SelectionReport } from '../../app/doctor/selection-report.ts';
import { formatNotUsed } from '../../app/doctor/storage-report.ts';
import { storeNames } from '../../domain/store-id.ts';
import type { Paint } from './paint.ts';
import { selectionPath, storeTable } from './selection-text.ts';
import { formatName, wrap } from './text.ts';

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
  const details = storage ? storage.details : selection.skipped.map(formatNotUsed);
  const how = explain ? selectionPath(report, paint, width) : storeTable(report, paint);
  return [
    ...(storage ? [`${paint('strong', 'Credential Storage:')} ${formatLabel(storage, paint)}`] : []),
    ...details.map((detail) => wrap(detail, width, '  ', '    ')),
    ...(storage || details.length > 0 ? [''] : []),
    `${paint('strong', 'Selection:')} ${formatSelection(selection, paint)} ${paint('faint', formatRules(selection.rules))}`,
    ...(selection.outcome === 'rejected' ? [wrap(selection.explanation, width, '  ', '    ')] : []),
    ...how,
    ...formatDivergences(report.divergences ?? [], { paint, width }),
    ...formatFixes(report, paint),
    '',
  ].join('\n');
}

function formatDivergences(
  found: DoctorReport['divergences'],
  { paint, width }: Pick<Showing, 'paint' | 'width'>,
): string[] {
  if (found.length === 0) return [];
  const lines = found.map((about) => wrap(`${formatName(about)}: ${about.explanation}`, width, '  ', '    '));
  return ['', paint('strong', 'Not where it should be:'), ...lines];
}

function formatLabel({ store, label }: DoctorReport['storage'], paint: Paint): string {
  return store === null ? label : paint(store === 'file' ? 'fair' : 'good', label);
}

function formatSelection(selection: SelectionReport, paint: Paint): string {
  return selection.outcome === 'selected'
    ? `the ${storeNames[selection.store]} is selected`
    : `${paint('bad', 'rejected')}: ${selection.code}`;
}

function formatRules(rows: readonly number[]): string {
  return `(rule${rows.length > 1 ? 's' : ''} ${rows.join(', ')} of docs/selection.md)`;
}

/** What is to be done for each thing that one may want, on a line of its own to be copied; what is the same, once. */
function formatFixes(
  { selection, inputs, divergences = [] }: Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>,
  paint: Paint,
): string[] {
  const ways = new Map<string, string>();
  const offer = (goal: string, fix: string) => void (ways.has(fix) || ways.set(fix, goal));
  for (const { store, fix } of selection.skipped) {
    offer(store === 'keyutils' ? 'For a keyring that lasts' : `To use the ${storeNames[store]}`, fix);
  }
  if (selection.outcome === 'rejected') {
    if (selection.code === 'keyring-required')
      offer('To use the encrypted file', `unset ${inputs.host.storageVariable}`);
    else offer('To have a store chosen', selection.fix);
  }
  for (const { kind, fix } of divergences) {
    offer(kind === 'conflict' || kind === 'stale-only' ? 'To keep one copy' : 'To have one copy of each', fix);
  }
  return [...ways].flatMap(([fix, goal]) => ['', `${goal}:`, `    ${paint('strong', fix)}`]);
}
