/**
 * yargs takes a lone `-`, a last `help`, and everything after `--`, for something other than the operands they are. No
 * argument of a process can hold a NUL, so one in front marks an operand until {@link operand} takes it off again.
 */
export function markOperands(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [options, operands] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  return [
    ...options.map((text, index) => (text === '-' || (text === 'help' && index > 0) ? mark(text) : text)),
    ...operands.map(mark),
  ];
}

/** The operand as it was typed. */
export function operand(text: string): string {
  return text.replace(/^\0/, '');
}

function mark(text: string): string {
  return `\0${text}`;
}
