import type { Context } from '../../app/context.ts';
import type { WriteResult } from '../../app/credentials/set-credential.ts';
import { describeProtection } from '../../app/doctor/storage-report.ts';
import type { ResealResult, ResetPlan } from '../../app/encrypted-file.ts';
import type { ImportReport } from '../../app/transfer.ts';
import { advise } from '../../domain/advice/advise.ts';
import { type CredentialName, formatName } from '../../domain/credential-name.ts';
import type { Expiring } from '../../domain/placement/expiry.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { quoteForShell, quoteForWindows } from '../../domain/text/quote.ts';
import type { RejectedRow } from '../../domain/transfer/tables.ts';
import { formatTime } from './list-text.ts';
import { formatCount } from './text.ts';

/** What `set` did, and where. */
export function formatSet(name: CredentialName, { store, replaced, stale, expiresAt }: WriteResult & Expiring): string {
  const expiry = expiresAt === undefined ? '' : `; it expires on ${formatTime(expiresAt)}`;
  return `${replaced ? 'replaced' : 'stored'} ${formatName(name)} in the ${storeNames[store]}${expiry}${formatStale(stale)}`;
}

/** The store that took `what`, and the reason if it is the encrypted file. */
export function formatStored(what: string, { store, skipped, stale }: WriteResult, { host }: Context): string {
  const [first] = skipped;
  const reason = first && store === 'file' ? `: ${advise(first, host).explanation}` : '';
  return `stored ${what} in the ${storeNames[store]}${reason}${formatStale(stale)}`;
}

function formatStale(stale: WriteResult['stale']): string {
  return stale.map((id) => `; an older copy may still be in the ${storeNames[id]}`).join('');
}

export function formatRenamed(from: CredentialName, to: CredentialName, store: StoreId): string {
  return `renamed ${formatName(from)} to ${formatName(to)} in the ${storeNames[store]}`;
}

/** `seconds`: when the clipboard is cleared; 0: never. */
export function formatCopied(name: string, seconds: number): string {
  const clearing = seconds === 0 ? '' : `; it will be cleared in ${formatCount(seconds, 'second')}`;
  return `copied the secret of ${name} to the clipboard${clearing}`;
}

export function formatDeleted(name: CredentialName, removed: readonly StoreId[]): string {
  return `removed ${formatName(name)} from ${removed.map((store) => `the ${storeNames[store]}`).join(' and ')}`;
}

/** The most names that {@link formatResetPlan} lists. */
const maxNames = 20;

/** What a reset of the encrypted file does, before the user is asked. */
export function formatResetPlan({ path, hasFile, lost, kept, unknown }: ResetPlan): readonly string[] {
  const count = (number: number) => formatCount(number, 'credential');
  const names = lost.slice(0, maxNames).map((name) => `  ${formatName(name)}`);
  const more = lost.length > maxNames ? [`  and ${lost.length - maxNames} more`] : [];
  return [
    hasFile ? `${path} will be kept as a backup beside it` : `${path} does not exist; its records will be removed`,
    unknown === undefined
      ? `lost with the file: ${count(lost.length)}${lost.length > 0 ? ':' : ''}`
      : `lost with the file: all credentials in it; their names are not known, because the placement file ${unknown}`,
    ...names,
    ...more,
    ...(unknown === undefined ? [`kept in other stores: ${count(kept)}`] : []),
  ];
}

/** The command that brings the backup of a reset back. */
export function formatRestoreCommand({ host, settings, profile }: Context, backup: string): string {
  const path = settings.credentialsPath;
  const move =
    host.platform === 'win32'
      ? `move ${quoteForWindows(backup)} ${quoteForWindows(path)}`
      : `mv -i ${quoteForShell(backup)} ${quoteForShell(path)}`;
  return `${move} && ${profile.program} doctor --accept-file`;
}

/** What protects the encrypted file after its key source was changed. */
export function formatResealed(path: string, { before, seal }: ResealResult): string {
  const passphrase = before === 'home' ? 'now sealed with your passphrase' : 'sealed with the new passphrase';
  return `${path} is ${seal === 'home' ? describeProtection(seal) : passphrase}`;
}

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
