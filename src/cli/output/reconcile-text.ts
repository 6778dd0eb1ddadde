import type { Repair } from '../../app/reconcile/repair.ts';
import type { MoveReport } from '../../app/reconcile/report.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { formatName } from './text.ts';

/** What became of one credential, or would in a dry run. */
export function moveLine(report: MoveReport, dryRun: boolean): string {
  const name = formatName(report);
  const did = (verb: string, past: string) => (dryRun ? `would ${verb} ${name}` : `${past} ${name}`);
  switch (report.outcome) {
    case 'moved': {
      const over = report.over ? ', in place of an older copy' : '';
      return `${did('move', 'moved')} from ${the([report.from])} to ${the([report.to])}${over}`;
    }
    case 'removed':
      return `${did('remove', 'removed')} from ${the(report.from)}: ${the([report.to])} has it already`;
    case 'there':
      return `${name} is in ${the([report.to])} already`;
    case 'forgotten':
      return `${did('forget', 'forgot')}, which is in no store any more`;
    case 'skipped':
      return `${name} is left as it is: ${report.explanation}`;
    default:
      return assertNever(report);
  }
}

/** The closing line. */
export function migrationSummary(reports: readonly MoveReport[], to: StoreId, dryRun: boolean): string {
  if (reports.length === 0) return 'nothing to move';
  const count = (...outcomes: readonly MoveReport['outcome'][]) =>
    reports.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const parts = [
    [count('moved', 'removed'), `${dryRun ? 'to move' : 'moved'} to ${the([to])}`],
    [count('there'), 'there already'],
    [count('forgotten'), dryRun ? 'to forget' : 'forgotten'],
    [count('skipped'), 'left in place'],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `${told.join(', ')}${dryRun ? '; nothing was written' : ''}`;
}

function the(stores: readonly StoreId[]): string {
  return stores.map((store) => `the ${storeNames[store]}`).join(' and ');
}

/** What was done about one credential, or why it was left. One line. */
export function repairLine(repair: Repair): string {
  const name = formatName(repair);
  if (repair.outcome === 'skipped') return `left ${name} as it is: ${repair.explanation}`;
  return `mended ${name} (${repair.explanation}): ${deed(repair)}`;
}

function deed({ store, removedFrom }: Extract<Repair, { outcome: 'fixed' }>): string {
  if (store === undefined) return 'forgotten';
  const kept = `kept in the ${storeNames[store]}`;
  if (removedFrom.length === 0) return `${kept}, and remembered so`;
  return `${kept}, removed from the ${removedFrom.map((id) => storeNames[id]).join(' and the ')}`;
}
