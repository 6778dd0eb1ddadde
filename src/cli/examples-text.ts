import type { Example } from './command.ts';

/** The end of a help: each example on a line of its own, however long, so that what is copied is whole. */
export function examplesText(examples: readonly Example[], program: string): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line.replaceAll('$0', program)}`);
  return `\n\n${['Examples:', ...lines].join('\n')}`;
}
