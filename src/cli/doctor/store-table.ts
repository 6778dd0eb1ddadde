import type { DoctorReport } from '../../app/doctor.ts';
import { type CandidateId, type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Paint, Style } from '../paint.ts';

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
  const head = line(' ', 'STORE', 'STATE', storage ? 'CREDENTIALS' : '');
  return [
    '',
    paint('faint', head),
    ...rows.map(({ mark, style, name, state, count }) => paintLine(line(mark, name, state, count), style, paint)),
  ];
}

function paintLine(text: string, style: Style | undefined, paint: Paint): string {
  return style === undefined ? text : paint(style, text);
}

function line(mark: string, name: string, state: string, count: string): string {
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
