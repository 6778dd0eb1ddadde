import type { DoctorReport } from '../../app/doctor/examine.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import { selectionRules } from '../../domain/selection/selection.ts';
import { type CandidateId, type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { type Line, type Span, type Style, styled, wrap } from './text.ts';

type Report = Pick<DoctorReport, 'selection' | 'inputs'>;

/** Lines and arrows. */
export interface Glyphs {
  readonly bar: string;
  readonly branch: string;
  readonly end: string;
  readonly arrow: string;
  readonly implies: string;
}

const unicodeGlyphs: Glyphs = { bar: '│', branch: '├─', end: '└─', arrow: '→', implies: '→' };
const asciiGlyphs: Glyphs = { bar: '|', branch: '|-', end: '`-', arrow: '>', implies: '->' };

/** ASCII if the locale's characters aren't UTF-8, or if the terminal can't move its cursor. */
export function selectGlyphs(
  { LC_ALL, LC_CTYPE, LANG, TERM }: Readonly<Record<string, string | undefined>>,
  platform: string,
  isTerminal: boolean,
): Glyphs {
  // The consoles of Windows have no such locale, and Terminal on macOS may start a shell without one.
  const locale = LC_ALL || LC_CTYPE || LANG || (platform === 'linux' ? 'C' : 'UTF-8');
  const isUtf8 = platform === 'win32' || /utf-?8/i.test(locale);
  return isUtf8 && !(isTerminal && TERM === 'dumb') ? unicodeGlyphs : asciiGlyphs;
}

/** Draws how the store was selected: the settings, each store that was tried with its probe result, and the outcome. */
export function formatSelectionPath(
  { selection, inputs }: Report,
  width: number,
  { bar, branch, end, implies }: Glyphs,
): readonly Line[] {
  const { rules, skipped } = selection;
  const steps = rules.slice(0, -1).flatMap((rule, index): readonly Line[] => {
    const candidate = skipped[index];
    if (candidate === undefined) return [];
    const { store, explanation } = candidate;
    return [
      `  ${bar}`,
      [`  ${branch} `, styled('strong', storeNames[store]), `: ${formatProbe(store, inputs)}`],
      ...wrap(explanation, width, `  ${bar}    `),
      ...formatRule(rule, { indent: `  ${bar}    `, width, implies }),
    ];
  });
  return [
    '',
    ...formatSettings(inputs).flatMap((line) => wrap(line, width, '  ', '    ')),
    ...steps,
    `  ${bar}`,
    [`  ${end} `, ...formatOutcome(selection, inputs)],
    ...formatRule(rules.at(-1), { indent: '       ', width, implies }),
  ];
}

function formatSettings({ policy, host }: Report['inputs']): string[] {
  return [
    `preference ${policy.preference} (${host.storageVariable})`,
    `keyring ${policy.keyringDisabled ? '' : 'not '}disabled (${host.disableVariable})`,
  ];
}

function formatOutcome(selection: Report['selection'], inputs: Report['inputs']): readonly (string | Span)[] {
  if (selection.outcome === 'rejected') return [styled('bad', 'rejected'), `: ${selection.code}`];
  const { store } = selection;
  const name = styled('good', storeNames[store]);
  return store === 'file' ? [name] : [name, `: ${formatProbe(store, inputs)}`];
}

function formatProbe(store: CandidateId, { probes }: Report['inputs']): string {
  const result = probes.find((probed) => probed.store === store)?.probe;
  return result === undefined ? 'not probed' : formatProbeResult(result);
}

function formatProbeResult(result: ProbeResult): string {
  switch (result.kind) {
    case 'usable':
      return `usable, keeps ${result.persistence}`;
    case 'unsupported':
    case 'service-failure':
      return `${result.kind}, ${result.reason}`;
    default:
      return assertNever(result);
  }
}

/** A rule of docs/selection.md, in words. */
function formatRule(
  number: number | undefined,
  { indent, width, implies }: { readonly indent: string; readonly width: number; readonly implies: string },
): readonly Line[] {
  const rule = selectionRules.find((rule) => rule.number === number);
  if (rule === undefined) return [];
  const outcome = rule.outcome.replaceAll('`', '');
  const lines = wrap(`rule ${rule.number} (${rule.name}): ${rule.when} ${implies} ${outcome}`, width, indent);
  return lines.map((line) => [indent, styled('faint', line.slice(indent.length))]);
}

const nameWidth = 20;
const stateWidth = 34;
const countWidth = 11;

/** A table of every store that this machine has or that holds credentials: its state, and how many it holds. */
export function formatStoreTable(
  { storage, selection, inputs }: Report & Partial<DoctorReport>,
  width: number,
  { arrow }: Glyphs,
): readonly Line[] {
  const counts = new Map(storage?.kept.map(({ store, credentials }) => [store as string, credentials]));
  const stores = new Set<StoreId | CandidateId>([
    ...inputs.candidates,
    'file',
    ...(storage?.kept.map(({ store }) => store) ?? []),
  ]);
  const isWide = width >= 2 + nameWidth + stateWidth + countWidth;
  const rows = [...stores].flatMap((store): readonly Line[] => {
    const { state, style } = findState(store, selection, inputs);
    const isUnknown = storage?.notAsked?.some((id) => id === store);
    const count = storage === undefined || store === 'keyutils' ? '' : isUnknown ? '?' : String(counts.get(store) ?? 0);
    const mark = style === 'good' ? arrow : ' ';
    const row = isWide
      ? [formatRow(mark, storeNames[store], state, count)]
      : wrap(`${storeNames[store]}: ${state}${formatCount(count)}`, width, `${mark} `, '    ');
    return row.map((line): Line => (style === undefined ? line : [styled(style, line)]));
  });
  if (!isWide) return ['', ...rows];
  return ['', [styled('faint', formatRow(' ', 'STORE', 'STATE', storage ? 'CREDENTIALS' : ''))], ...rows];
}

function formatCount(count: string): string {
  return count === '' ? '' : `, ${count} ${count === '1' ? 'credential' : 'credentials'}`;
}

function formatRow(mark: string, name: string, state: string, count: string): string {
  return `${mark} ${name.padEnd(nameWidth)}${state.padEnd(stateWidth)}${count.padStart(countWidth)}`.trimEnd();
}

function findState(
  store: StoreId | CandidateId,
  selection: Report['selection'],
  { candidates, policy }: Report['inputs'],
): { readonly state: string; readonly style?: Style } {
  if (selection.outcome === 'selected' && selection.store === store) return { state: 'selected', style: 'good' };
  const skipped = selection.skipped.find((candidate) => candidate.store === store);
  if (skipped) {
    const style = skipped.class === 'service-failure' ? 'fair' : 'faint';
    return { state: `skipped: ${skipped.reason}`, style };
  }
  if (store !== 'file' && !candidates.includes(store)) return { state: 'not on this machine', style: 'faint' };
  if (store !== 'file') return { state: 'not probed', style: 'faint' };
  return { state: policy.preference === 'keychain' ? 'excluded by the preference' : 'not needed', style: 'faint' };
}
