import type { ImportReport } from '../../app/transfer/import-credentials.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { formatName } from '../../domain/credential-name.ts';
import { storeNames } from '../../domain/store-id.ts';
import type { RejectedRow } from '../../domain/transfer/tables.ts';
import { formatCount } from './text.ts';

/** The outcome of one credential; of a dry run, the expected one. */
export function formatImported(report: ImportReport, dryRun: boolean): string {
  const name = formatName(report);
  switch (report.outcome) {
    case 'skipped':
      return `skipped ${name}: ${report.reason}`;
    case 'unchanged':
      return `${name} is stored already`;
    case 'imported':
      return `${dryRun ? 'would import' : 'imported'} ${name} into the ${storeNames[report.store]}`;
    case 'replaced':
      return `${dryRun ? 'would replace' : 'replaced'} ${name} in the ${storeNames[report.store]}`;
    default:
      return assertNever(report);
  }
}

export function formatRejected({ where, reason }: RejectedRow): string {
  return `skipped ${where}: it ${reason}`;
}

export function formatImportSummary(reports: readonly ImportReport[], rejected: number, dryRun: boolean): string {
  const count = (outcome: ImportReport['outcome']) => reports.filter((report) => report.outcome === outcome).length;
  const parts = [
    `${dryRun ? 'would import' : 'imported'} ${formatCount(count('imported'), 'credential')}`,
    ...(count('replaced') > 0 ? [`${dryRun ? 'would replace' : 'replaced'} ${count('replaced')}`] : []),
    `${count('unchanged')} stored already`,
    `${count('skipped') + rejected} skipped`,
  ];
  return parts.join(', ');
}
