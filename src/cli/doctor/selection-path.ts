import type { DoctorReport } from '../../app/doctor.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import { selectionRules } from '../../domain/selection/selection-rules.ts';
import { type CandidateId, storeNames } from '../../domain/store-id.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../wrap.ts';

type Report = Pick<DoctorReport, 'selection' | 'inputs'>;

/** The way through the machine, drawn: what was asked for, each store that was tried and what was seen, and the end. */
export function selectionPath({ selection, inputs }: Report, paint: Paint, width: number): string[] {
  const { rules, skipped } = selection;
  const steps = rules.slice(0, -1).flatMap((row, index) => {
    const about = skipped[index];
    if (about === undefined) return [];
    const seen = [wrap(about.explanation, width, '  │    '), rule(row, '  │    ', paint, width)];
    return ['  │', `  ├─ ${paint('strong', storeNames[about.store])}: ${seenAt(about.store, inputs)}`, ...seen];
  });
  return [
    '',
    ...asked(inputs).map((line) => `  ${line}`),
    ...steps,
    '  │',
    `  └─ ${end(selection, inputs, paint)}`,
    rule(rules.at(-1), '       ', paint, width),
  ];
}

function asked({ policy, host }: Report['inputs']): string[] {
  return [
    `preference ${policy.preference} (${host.storageVariable})`,
    `keyring ${policy.keyringDisabled ? '' : 'not '}disabled (${host.disableVariable})`,
  ];
}

function end(selection: Report['selection'], inputs: Report['inputs'], paint: Paint): string {
  if (selection.outcome === 'rejected') return `${paint('bad', 'rejected')}: ${selection.code}`;
  const { store } = selection;
  const name = paint('good', storeNames[store]);
  return store === 'file' ? name : `${name}: ${seenAt(store, inputs)}`;
}

function seenAt(store: CandidateId, { probes }: Report['inputs']): string {
  const probe = probes.find((probed) => probed.store === store)?.probe;
  return probe === undefined ? 'not probed' : seen(probe);
}

function seen(probe: ProbeResult): string {
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

/** The row of docs/selection.md that fired, in its own words. */
function rule(number: number | undefined, indent: string, paint: Paint, width: number): string {
  const row = selectionRules.find((row) => row.number === number);
  if (row === undefined) return '';
  const lines = wrap(`row ${row.number}: ${row.when} → ${row.outcome.replaceAll('`', '')}`, width, indent);
  return lines.replaceAll(/^([ │]+)(.*)$/gm, (_, before, text) => before + paint('faint', text));
}
