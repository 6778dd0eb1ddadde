import type { DoctorReport } from '../../app/doctor.ts';
import type { Probe } from '../../domain/probe.ts';
import { selectionRows } from '../../domain/selection-rows.ts';
import { type CandidateId, storeNames } from '../../domain/store-id.ts';
import { unreachable } from '../../domain/unreachable.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../wrap.ts';

type Report = Pick<DoctorReport, 'selection' | 'facts'>;

/** The way through the machine, drawn: what was asked for, each store that was tried and what was seen, and the end. */
export function selectionPath({ selection, facts }: Report, paint: Paint, width: number): string[] {
  const { rows, passedOver } = selection;
  const steps = rows.slice(0, -1).flatMap((row, index) => {
    const about = passedOver[index];
    if (about === undefined) return [];
    const seen = [wrap(about.explanation, width, '  │    '), rule(row, '  │    ', paint, width)];
    return ['  │', `  ├─ ${paint('strong', storeNames[about.store])}: ${seenAt(about.store, facts)}`, ...seen];
  });
  return [
    '',
    ...asked(facts).map((line) => `  ${line}`),
    ...steps,
    '  │',
    `  └─ ${end(selection, facts, paint)}`,
    rule(rows.at(-1), '       ', paint, width),
  ];
}

function asked({ policy, where }: Report['facts']): string[] {
  return [
    `preference ${policy.preference} (${where.storageVariable})`,
    `keyring ${policy.keyringDisabled ? '' : 'not '}disabled (${where.disableVariable})`,
  ];
}

function end(selection: Report['selection'], facts: Report['facts'], paint: Paint): string {
  if (selection.outcome === 'refused') return `${paint('bad', 'refused')}: ${selection.code}`;
  const { store } = selection;
  const name = paint('good', storeNames[store]);
  return store === 'file' ? name : `${name}: ${seenAt(store, facts)}`;
}

function seenAt(store: CandidateId, { probes }: Report['facts']): string {
  const probe = probes.find((probed) => probed.store === store)?.probe;
  return probe === undefined ? 'not probed' : seen(probe);
}

function seen(probe: Probe): string {
  switch (probe.kind) {
    case 'usable':
      return `usable, keeps ${probe.persistence}`;
    case 'unsupported':
    case 'service-failure':
      return `${probe.kind}, ${probe.reason}`;
    default:
      return unreachable(probe);
  }
}

/** The row of docs/selection.md that fired, in its own words. */
function rule(number: number | undefined, indent: string, paint: Paint, width: number): string {
  const row = selectionRows.find((row) => row.number === number);
  if (row === undefined) return '';
  const lines = wrap(`row ${row.number}: ${row.when} → ${row.outcome.replaceAll('`', '')}`, width, indent);
  return lines.replaceAll(/^([ │]+)(.*)$/gm, (_, before, text) => before + paint('faint', text));
}
