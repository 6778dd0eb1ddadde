import type { DoctorReport } from '../../app/doctor/examine.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import { selectionRules } from '../../domain/selection/selection-rules.ts';
import { type CandidateId, type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Paint, Style } from './paint.ts';
import { wrap } from './text.ts';

type Report = Pick<DoctorReport, 'selection' | 'inputs'>;

/** The way through the machine, drawn: what was asked for, each store that was tried and what was seen, and the end. */
export function selectionPath({ selection, inputs }: Report, paint: Paint, width: number): string[] {
  const { rules, skipped } = selection;
  const steps = rules.slice(0, -1).flatMap((rule, index) => {
    const about = skipped[index];
    if (about === undefined) return [];
    const seen = [wrap(about.explanation, width, '  │    '), ruleLine(rule, '  │    ', paint, width)];
    return ['  │', `  ├─ ${paint('strong', storeNames[about.store])}: ${formatProbeOf(about.store, inputs)}`, ...seen];
  });
  return [
    '',
    ...formatInputs(inputs).map((line) => `  ${line}`),
    ...steps,
    '  │',
    `  └─ ${formatEnd(selection, inputs, paint)}`,
    ruleLine(rules.at(-1), '       ', paint, width),
  ];
}

function formatInputs({ policy, host }: Report['inputs']): string[] {
  return [
    `preference ${policy.preference} (${host.storageVariable})`,
    `keyring ${policy.keyringDisabled ? '' : 'not '}disabled (${host.disableVariable})`,
  ];
}

function formatEnd(selection: Report['selection'], inputs: Report['inputs'], paint: Paint): string {
  if (selection.outcome === 'rejected') return `${paint('bad', 'rejected')}: ${selection.code}`;
  const { store } = selection;
  const name = paint('good', storeNames[store]);
  return store === 'file' ? name : `${name}: ${formatProbeOf(store, inputs)}`;
}

function formatProbeOf(store: CandidateId, { probes }: Report['inputs']): string {
  const probe = probes.find((probed) => probed.store === store)?.probe;
  return probe === undefined ? 'not probed' : formatProbe(probe);
}

function formatProbe(probe: ProbeResult): string {
  switch (probe.kind) {
    case 'usable':
      return `usable, keeps ${probe.persistence}`;
    case 'unsupported':
    case 'service-failure':
      return `${probe.kind}, ${probe.reason}`;
    default:
      return assertNever(probe);
  }
}

/** A rule of docs/selection.md, in words. */
function ruleLine(number: number | undefined, indent: string, paint: Paint, width: number): string {
  const rule = selectionRules.find((rule) => rule.number === number);
  if (rule === undefined) return '';
  const outcome = rule.outcome.replaceAll('`', '');
  const lines = wrap(`rule ${rule.number} (${rule.name}): ${rule.when} → ${outcome}`, width, indent);
  return lines.replaceAll(/^([ │]+)(.*)$/gm, (_, before, text) => before + paint('faint', text));
}

const nameWidth = 20;
const stateWidth = 34;
const countWidth = 11;

/** Every store that this machine has or something is kept in: what became of it in the choice, and what it holds. */
export function storeTable(
  { storage, selection, inputs }: Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>,
  paint: Paint,
): string[] {
  const kept = new Map(storage?.kept.map(({ store, credentials }) => [store as string, credentials]));
  const stores = new Set<StoreId | CandidateId>([
    ...inputs.candidates,
    'file',
    ...(storage?.kept.map(({ store }) => store) ?? []),
  ]);
  const rows = [...stores].map((store) => {
    const { state, style } = stateOf(store, selection, inputs);
    const count = storage === undefined || store === 'keyutils' ? '' : String(kept.get(store) ?? 0);
    return { mark: style === 'good' ? '→' : ' ', style, name: storeNames[store], state, count };
  });
  const head = tableLine(' ', 'STORE', 'STATE', storage ? 'CREDENTIALS' : '');
  return [
    '',
    paint('faint', head),
    ...rows.map(({ mark, style, name, state, count }) => paintRow(tableLine(mark, name, state, count), style, paint)),
  ];
}

function paintRow(text: string, style: Style | undefined, paint: Paint): string {
  return style === undefined ? text : paint(style, text);
}

function tableLine(mark: string, name: string, state: string, count: string): string {
  return `${mark} ${name.padEnd(nameWidth)}${state.padEnd(stateWidth)}${count.padStart(countWidth)}`.trimEnd();
}

function stateOf(
  store: StoreId | CandidateId,
  selection: DoctorReport['selection'],
  { candidates, policy }: DoctorReport['inputs'],
): { readonly state: string; readonly style?: Style } {
  if (selection.outcome === 'selected' && selection.store === store) return { state: 'selected', style: 'good' };
  const skipped = selection.skipped.find((about) => about.store === store);
  if (skipped) {
    const style = skipped.class === 'service-failure' ? 'fair' : 'faint';
    return { state: `passed over: ${skipped.reason}`, style };
  }
  if (store !== 'file' && !candidates.includes(store)) return { state: 'not of this machine', style: 'faint' };
  if (store !== 'file') return { state: 'not asked', style: 'faint' };
  return { state: policy.preference === 'keychain' ? 'ruled out by the preference' : 'not needed', style: 'faint' };
}
