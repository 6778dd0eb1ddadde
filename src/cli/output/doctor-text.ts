import type { DoctorReport } from '../../app/doctor/examine.ts';
import type { SelectionReport } from '../../app/doctor/selection-report.ts';
import { formatNotUsed } from '../../app/doctor/storage-report.ts';
import { isWithoutDesktop } from '../../domain/advice/store-advice.ts';
import { formatName } from '../../domain/credential-name.ts';
import { storeNames } from '../../domain/store-id.ts';
import { formatTime } from './list-text.ts';
import { formatSelectionPath, formatStoreTable, type Glyphs } from './selection-text.ts';
import { type Line, type Span, styled, wrap } from './text.ts';

export interface DoctorTextOptions {
  /** Where lines are wrapped, in characters. Commands to copy are never wrapped. */
  readonly width: number;
  /** Prints how the store was selected, step by step, instead of the table of stores. */
  readonly explain: boolean;
  readonly glyphs: Glyphs;
}

/** A replayed report has no storage: that is on another machine. */
type Report = Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>;

export function formatDoctorReport(report: Report, { width, explain, glyphs }: DoctorTextOptions): readonly Line[] {
  const { storage, selection } = report;
  const details = storage ? storage.details : selection.skipped.map(formatNotUsed);
  return [
    // The guide of jsm prescribes the order of the lines that follow.
    ...(storage?.summary ? [...wrap(storage.summary, width, '', '  '), ''] : []),
    ...(storage
      ? formatHeading('Credential Storage:', [formatLabel(storage), formatLabelNote(storage, selection)], width)
      : []),
    ...details.flatMap((detail) => wrap(detail, width, '  ', '    ')),
    ...(storage || details.length > 0 ? [''] : []),
    ...formatHeading(
      'Selection:',
      [...formatSelection(selection), ...(explain ? [' ', styled('faint', formatRules(selection.rules))] : [])],
      width,
    ),
    ...(selection.outcome === 'rejected' ? wrap(selection.explanation, width, '  ', '    ') : []),
    ...(explain ? formatSelectionPath(report, width, glyphs) : formatStoreTable(report, width, glyphs)),
    ...formatDivergences(report.divergences ?? [], width),
    ...formatExpiring(report.expiring ?? [], width),
    ...formatFixes(report, width),
  ];
}

/** On a line of its own if the rest doesn't fit beside it. */
function formatHeading(title: string, rest: readonly (string | Span)[], width: number): readonly Line[] {
  const length = rest.reduce((sum, part) => sum + (typeof part === 'string' ? part : part.text).length, 0);
  const heading = styled('strong', title);
  return title.length + 1 + length > width ? [[heading], ['  ', ...rest]] : [[heading, ' ', ...rest]];
}

function formatLabel({ store, label }: DoctorReport['storage']): string | Span {
  return store === null ? label : styled(store === 'file' ? 'fair' : 'good', label);
}

/** Says in the heading if the newest credential is in another store than the one that is used now. */
function formatLabelNote({ store }: DoctorReport['storage'], selection: SelectionReport): string {
  if (store === null || selection.outcome !== 'selected' || selection.store === store) return '';
  const isUsable = selection.skipped.every((skipped) => skipped.store !== store);
  return `${isUsable ? ', but' : ', not usable now;'} new credentials go to the ${storeNames[selection.store]}`;
}

function formatSelection(selection: SelectionReport): readonly (string | Span)[] {
  return selection.outcome === 'selected'
    ? [`the ${storeNames[selection.store]} is selected`]
    : [styled('bad', 'rejected'), `: ${selection.code}`];
}

function formatRules(rules: readonly number[]): string {
  return `(rule${rules.length > 1 ? 's' : ''} ${rules.join(', ')} of docs/selection.md)`;
}

function formatDivergences(divergences: DoctorReport['divergences'], width: number): readonly Line[] {
  if (divergences.length === 0) return [];
  const lines = divergences.flatMap((found) => wrap(`${formatName(found)}: ${found.explanation}`, width, '  ', '    '));
  return ['', [styled('strong', 'Needs repair:')], ...lines];
}

function formatExpiring(expiring: DoctorReport['expiring'], width: number): readonly Line[] {
  if (expiring.length === 0) return [];
  const lines = expiring.flatMap(({ expired, expiresAt, ...name }) =>
    wrap(`${formatName(name)}: ${expired ? 'expired' : 'expires'} on ${formatTime(expiresAt)}`, width, '  ', '    '),
  );
  return ['', [styled('strong', 'Needs a new secret:')], ...lines];
}

/** Each fix once, on a line of its own that can be copied, below the goal it serves. */
function formatFixes({ storage, selection, inputs, divergences = [] }: Report, width: number): readonly Line[] {
  const goals = new Map<string, string>();
  const add = (goal: string, fix: string) => void (goals.has(fix) || goals.set(fix, goal));
  for (const fix of storage?.fixes ?? []) add('To use the file', fix);
  for (const skipped of selection.skipped) add(formatGoal(skipped, selection), skipped.fix);
  if (selection.outcome === 'rejected') {
    if (selection.code === 'keyring-required') add('To use the encrypted file', `unset ${inputs.host.storageVariable}`);
    else add('To fix the setting', selection.fix);
  }
  for (const { kind, fix } of divergences) {
    add(kind === 'conflict' || kind === 'stale-only' ? 'To choose which copy to keep' : 'To repair', fix);
  }
  return [...goals].flatMap(([fix, goal]) => ['', ...wrap(`${goal}:`, width, ''), ['    ', styled('strong', fix)]]);
}

function formatGoal(skipped: SelectionReport['skipped'][number], { outcome }: SelectionReport): string {
  if (skipped.store === 'keyutils') return 'For a keyring that lasts';
  const goal = `To use the ${storeNames[skipped.store]}`;
  if (outcome !== 'selected' || !isWithoutDesktop(skipped)) return goal;
  return `${goal} instead, which cron jobs and new SSH sessions cannot read`;
}
