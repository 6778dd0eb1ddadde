import { cpus, totalmem } from 'node:os';

/** A figure that is to be at most so much. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
}

/** Lines of Markdown, and what they are measured by. */
export interface Section {
  readonly text: readonly string[];
  readonly goals: readonly Goal[];
}

export function page(sections: readonly Section[], runs: number): string {
  const goals = sections.flatMap((section) => section.goals);
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return [
    '# What a read costs',
    '',
    `Measured by \`npm run bench\`, which drew this page (\`-- --write\`), on ${cpus().length} cores with ${memoryGiB} GiB and`,
    `Node ${process.versions.node}. Whole processes, run in turn, ${runs} times each; a ratio is the median of the ratios of each turn.`,
    '`NODE_EXTRA_CA_CERTS` is unset: where it is set, Node reads those certificates at every start.',
    heading('What it is to cost'),
    row('', 'measured', 'at most', ''),
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
