import type { Context } from '../../app/context.ts';
import type { MigrationScope } from '../../app/reconcile/migrate.ts';
import type { Repair } from '../../app/reconcile/repair.ts';
import type { MoveReport } from '../../app/reconcile/report.ts';
import { formatName } from '../../domain/credential-name.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { formatCount } from './text.ts';

/** The outcome of a migration for one credential, without a newline. */
export function formatMove(report: MoveReport, dryRun: boolean): string {
  const name = formatName(report);
  const did = (verb: string, past: string) => (dryRun ? `would ${verb} ${name}` : `${past} ${name}`);
  switch (report.outcome) {
    case 'moved': {
      const over = report.over ? ', replacing an older copy' : '';
      return `${did('move', 'moved')} from ${formatStores([report.from])} to ${formatStores([report.to])}${over}`;
    }
    case 'removed':
      return `${did('remove', 'removed')} from ${formatStores(report.from)}: ${formatStores([report.to])} already has it`;
    case 'there':
      return `${name} is already in ${formatStores([report.to])}`;
    case 'forgotten':
      return `${did('forget', 'forgot')}: it is recorded, but no store has it`;
    case 'skipped':
      return `skipped ${name}: ${report.explanation}`;
    default:
      return assertNever(report);
  }
}

export function formatMigrationSummary(reports: readonly MoveReport[], to: StoreId, dryRun: boolean): string {
  if (reports.length === 0) return 'nothing to move';
  const count = (...outcomes: readonly MoveReport['outcome'][]) =>
    reports.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const parts = [
    [count('moved', 'removed'), `${dryRun ? 'to move' : 'moved'} to ${formatStores([to])}`],
    [count('there'), 'already there'],
    [count('forgotten'), dryRun ? 'to forget' : 'forgotten'],
    [count('skipped'), 'skipped'],
  ] as const;
  const text = parts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(', ');
  return `${text}${dryRun ? '; nothing was written' : ''}`;
}

/** Explains why some credentials in a keyring weren't moved: another program may have stored them. */
export function formatOthersNotice(
  { profile: { program } }: Context,
  others: MigrationScope['others'],
): string | undefined {
  const [first] = others;
  if (first === undefined) return undefined;
  const what = formatCount(others.length, 'other credential');
  return `skipped ${what} in the ${storeNames[first.store]} that ${program} did not store; to move those of a service: ${program} migrate --to file SERVICE`;
}

/** Warns that new credentials go to another store than the one just migrated to. */
export function formatPreferenceNotice({ profile, settings: { policy } }: Context, to: StoreId): string | undefined {
  const { storage } = profile.variables;
  const fileIsUsed = policy.preference === 'file' || policy.keyringDisabled;
  if (to === 'file' && !fileIsUsed) {
    return `new credentials still go to the OS keyring if it is available; to store them in the file too: export ${storage}=file`;
  }
  if (to !== 'file' && fileIsUsed) {
    return `new credentials still go to the encrypted file; to store them in the keyring too: unset ${storage}`;
  }
  return undefined;
}

/** The outcome of a repair for one credential, without a newline. */
export function formatRepair(repair: Repair): string {
  const name = formatName(repair);
  if (repair.outcome === 'skipped') return `skipped ${name}: ${repair.explanation}`;
  return `fixed ${name} (${repair.explanation}): ${formatFix(repair)}`;
}

function formatFix({ store, removedFrom }: Extract<Repair, { outcome: 'fixed' }>): string {
  if (store === undefined) return 'record removed';
  const kept = `kept in the ${storeNames[store]}`;
  return removedFrom.length === 0 ? `${kept} and recorded there` : `${kept}, removed from ${formatStores(removedFrom)}`;
}

function formatStores(stores: readonly StoreId[]): string {
  return stores.map((store) => `the ${storeNames[store]}`).join(' and ');
}
