import { cpus, totalmem } from 'node:os';

/** A figure and its upper limit. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
}

/** Lines of Markdown, with the goals that they show. */
export interface Section {
  readonly text: readonly string[];
  readonly goals: readonly Goal[];
}

export function page(sections: readonly Section[], runs: number): string {
  const goals = sections.flatMap((section) => section.goals);
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return [
    '# Performance',
    '',
    `\`npm run bench -- --write\` generated this page on ${cpus().length} cores with ${memoryGiB} GiB and`,
    `Node ${process.versions.node}. It times whole processes in turn, ${runs} times each; a ratio is the median of the ratios of the turns.`,
    '`NODE_EXTRA_CA_CERTS` is unset, because Node would read those certificates at every start.',
    heading('Goals'),
    row('', 'measured', 'at most', 'result'),
    row('---', '--:', '--:', '---'),
    ...goals.map(({ what, value, atMost }) =>
      row(what, value.toFixed(2), String(atMost), value <= atMost ? 'met' : '**not met**'),
    ),
    ...sections.flatMap(({ text }) => text),
    '',
  ].join('\n');
}

export function heading(text: string): string {
  return `\n## ${text}\n`;
}

export function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function ms(value: number): string {
  return value.toFixed(1);
}

export function times(value: number): string {
  return value.toFixed(2);
}
