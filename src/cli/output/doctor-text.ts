import { styleText } from 'node:util';
import { type DoctorReport, formatNotUsed, type SelectionReport } from '../../app/doctor/examine.ts';
import { formatName } from '../../domain/credential-name.ts';
import { storeNames } from '../../domain/store-id.ts';
import type { colorOption } from '../command.ts';
import { formatSelectionPath, formatStoreTable } from './selection-text.ts';
import { type Line, type Paint, type Span, styled, wrap } from './text.ts';

export interface DoctorTextOptions {
  /** Where lines are wrapped, in characters. Commands to copy are never wrapped. */
  readonly width: number;
  /** Prints how the store was selected, step by step, instead of the table of stores. */
  readonly explain: boolean;
}

/** A replayed report has no storage: that is on another machine. */
type Report = Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>;

export function formatDoctorReport(report: Report, { width, explain }: DoctorTextOptions): readonly Line[] {
  const { storage, selection } = report;
  const details = storage ? storage.details : selection.skipped.map(formatNotUsed);
  return [
    ...(storage
      ? [[styled('strong', 'Credential Storage:'), ' ', formatLabel(storage), formatLabelNote(storage, selection)]]
      : []),
    ...details.flatMap((detail) => wrap(detail, width, '  ', '    ')),
    ...(storage || details.length > 0 ? [''] : []),
    [
      styled('strong', 'Selection:'),
      ' ',
      ...formatSelection(selection),
      ...(explain ? [' ', styled('faint', formatRules(selection.rules))] : []),
    ],
    ...(selection.outcome === 'rejected' ? wrap(selection.explanation, width, '  ', '    ') : []),
    ...(explain ? formatSelectionPath(report, width) : formatStoreTable(report)),
    ...formatDivergences(report.divergences ?? [], width),
    ...formatFixes(report),
  ];
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

/** Each fix once, on a line of its own that can be copied, below the goal it serves. */
function formatFixes({ storage, selection, inputs, divergences = [] }: Report): readonly Line[] {
  const goals = new Map<string, string>();
  const add = (goal: string, fix: string) => void (goals.has(fix) || goals.set(fix, goal));
  for (const fix of storage?.fixes ?? []) add('To use the file', fix);
  for (const { store, fix } of selection.skipped) {
    add(store === 'keyutils' ? 'For a keyring that lasts' : `To use the ${storeNames[store]}`, fix);
  }
  if (selection.outcome === 'rejected') {
    if (selection.code === 'keyring-required') add('To use the encrypted file', `unset ${inputs.host.storageVariable}`);
    else add('To fix the setting', selection.fix);
  }
  for (const { kind, fix } of divergences) {
    add(kind === 'conflict' || kind === 'stale-only' ? 'To choose which copy to keep' : 'To repair', fix);
  }
  return [...goals].flatMap(([fix, goal]) => ['', `${goal}:`, ['    ', styled('strong', fix)]]);
}

const formats = {
  strong: 'bold',
  faint: 'dim',
  // Bold too: plain colours are hard to read on a light terminal.
  good: ['bold', 'green'],
  fair: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const;

/**
 * `auto`: on a terminal that supports colours, unless NO_COLOR is set (no-color.org). `always` and `never` override the
 * environment.
 */
export function createPaint(
  when: (typeof colorOption.choices)[number],
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const auto = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const colours = when === 'always' || (when === 'auto' && auto);
  return (style, text) => (colours ? styleText([formats[style]].flat(), text, { validateStream: false }) : text);
}
