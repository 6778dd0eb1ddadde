import { advise } from '../src/domain/advice/advise.ts';
import { preferences } from '../src/domain/policy.ts';
import { classOf, type Probe, serviceFailureReasons, unsupportedReasons } from '../src/domain/probe.ts';
import { initial, type Probing, type Selection, type Step, transition } from '../src/domain/selection.ts';
import { selectionRows } from '../src/domain/selection-rows.ts';
import type { Surroundings } from '../src/domain/surroundings.ts';

const sampleProbes: readonly Probe[] = [
  { kind: 'usable', persistence: 'until-delete' },
  { kind: 'usable', persistence: 'until-reboot' },
  ...unsupportedReasons.map((reason): Probe => ({ kind: 'unsupported', reason })),
  ...serviceFailureReasons.map((reason): Probe => ({ kind: 'service-failure', reason })),
];

const samplePlace: Surroundings = {
  platform: 'linux',
  distribution: 'debian',
  program: 'keystow',
  disableVariable: 'KEYSTOW_DISABLE_KEYRING',
};

/** The whole of docs/selection.md, out of the machine that decides. */
export function drawSelection(): string {
  return [
    '# How a store is chosen',
    'Generated from src/domain by `npm run docs`; a test fails when this page and the machine differ.',
    'A choice starts from a *policy* (the preference, and whether the keyring is disabled) and the *candidates* of the\n' +
      'operating system, best first: Keychain on macOS, Credential Manager on Windows, Secret Service and then the kernel\n' +
      'keyring on Linux, none elsewhere. The first row that applies fires; where none does, the next candidate is probed.',
    table(
      ['row', 'when', 'then'],
      selectionRows.map(({ number, when, outcome }) => [String(number), when, outcome]),
    ),
    '## As a diagram',
    'The numbers are the rows that fire on the way.',
    ['```mermaid', ...diagram(), '```'].join('\n'),
    '## Why a store is passed over',
    'What is said of the Secret Service (of the kernel keyring, where only that can be `volatile`) on Debian; other\n' +
      'systems, distributions and providers have their own fixes.',
    table(['reason', 'class', 'explanation', 'fix'], reasons()),
    '',
  ].join('\n\n');
}

function reasons(): string[][] {
  return [...unsupportedReasons, ...serviceFailureReasons].map((reason) => {
    const store = reason === 'volatile' ? 'keyutils' : 'secret-service';
    const { explanation, fix } = advise({ store, reason }, samplePlace);
    return [`\`${reason}\``, classOf(reason), explanation, `\`${fix}\``];
  });
}

/** Walks every policy and every probe through the machine, and draws the steps that it took. */
function diagram(): string[] {
  const edges = new Map<string, Set<string>>();
  const draw = (from: string, [to]: Step, before: number) => {
    const edge = `${from} --> ${node(to)}`;
    edges.set(edge, (edges.get(edge) ?? new Set()).add(to.rows.slice(before).join(' then ')));
  };
  for (const preference of [...preferences, 'anything else']) {
    for (const keyringDisabled of [false, true]) {
      draw('[*]', initial({ preference, keyringDisabled }, []), 0);
      const start = initial({ preference, keyringDisabled }, ['secret-service', 'keyutils']);
      draw('[*]', start, 0);
      for (const probe of sampleProbes) explore(start[0], probe, draw);
    }
  }
  const lines = [...edges].map(([edge, rows]) => {
    const label = [...rows].filter(Boolean).sort(byNumber).join(', ');
    return `  ${edge}${label && ` : ${label}`}`;
  });
  return [
    'stateDiagram-v2',
    '  probing : probing the next candidate',
    '  store : that store is selected',
    '  file : the encrypted file is selected',
    '  refused : refused',
    ...lines,
  ];
}

function explore(
  from: Probing | Selection,
  probe: Probe,
  draw: (from: string, step: Step, before: number) => void,
): void {
  if (from.status !== 'probing') return;
  const step = transition(from, { type: 'probed', store: from.candidate, probe });
  draw('probing', step, from.rows.length);
  explore(step[0], probe, draw);
}

function node(state: Probing | Selection): string {
  if (state.status !== 'selected') return state.status;
  return state.store === 'file' ? 'file' : 'store';
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
